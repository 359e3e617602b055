import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { saveFile } from '../../../kit/save-file.ts'
import styles from './canary-report.module.css'
import { csvOf } from './csv.ts'
import { useReadAll } from './use-read-all.ts'

/** Saves all that the judge saw as a file. */
export function CsvButton({ execution, stage }: { execution: string; stage: string }) {
  const read = useReadAll(execution, stage)
  const { mutate, isPending, error } = useMutation({
    mutationFn: read,
    onSuccess: analysis => saveFile(`${execution}-${stage}.csv`, csvOf(analysis), 'text/csv'),
  })
  return (
    <div className={styles.aside}>
      {error && <ProblemNotice what="The numbers could not be loaded." error={error} />}
      <Button size="compact-sm" variant="default" loading={isPending} onClick={() => mutate()}>
        CSV
      </Button>
    </div>
  )
}
