import { Button } from '@mantine/core'
import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import { csvOf } from './csv.ts'

/** Saves what the judge saw as a file. */
export function CsvButton({ analysis, name }: { analysis: StageAnalysis; name: string }) {
  function save() {
    const address = URL.createObjectURL(new Blob([csvOf(analysis)], { type: 'text/csv' }))
    const link = document.createElement('a')
    link.href = address
    link.download = `${name}.csv`
    link.click()
    URL.revokeObjectURL(address)
  }
  return (
    <Button size="compact-sm" variant="default" onClick={save}>
      CSV
    </Button>
  )
}
