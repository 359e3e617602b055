import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { csv } from '../../words/csv.ts'
import { type AuditRecord, useReadAll } from './queries.ts'

const columns = ['sequence', 'at', 'actor', 'action', 'subject', 'outcome', 'data', 'previous', 'hash'] as const

/** `jsonl` is what `slipway audit verify --file` checks. */
const formats = {
  jsonl: { label: 'JSON Lines', type: 'application/jsonl', textOf: jsonLinesOf },
  csv: { label: 'CSV', type: 'text/csv', textOf: csvOf },
} as const

/** Saves the whole log, hashes included, whatever the search narrows it to. */
export function ExportButtons() {
  const read = useReadAll()
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: (_: keyof typeof formats) => read(),
    onSuccess: (records, format) =>
      saveFile(`slipway-audit.${format}`, formats[format].textOf(records), formats[format].type),
  })
  return (
    <>
      {(Object.keys(formats) as (keyof typeof formats)[]).map(format => (
        <Button
          key={format}
          size="compact-sm"
          variant="default"
          loading={isPending && variables === format}
          onClick={() => mutate(format)}
          title="The whole log, as a file"
        >
          Export {formats[format].label}
        </Button>
      ))}
      {error && <ProblemNotice what="The log could not be exported." error={error} />}
    </>
  )
}

export function jsonLinesOf(records: readonly AuditRecord[]): string {
  return records.map(record => `${JSON.stringify(record)}\n`).join('')
}

export function csvOf(records: readonly AuditRecord[]): string {
  const rows = records.map(record =>
    columns.map(column => (column === 'data' ? JSON.stringify(record.data) : record[column])),
  )
  return csv([columns, ...rows])
}
