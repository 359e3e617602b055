import { Button } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { PipelineDetail } from '../../../api/contract/pipelines.ts'
import { announce } from '../../kit/announce.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { navigate } from '../../router/location.ts'
import { executionPath } from '../../router/routes.ts'
import { ParameterField } from './parameter-field.tsx'
import styles from './pipeline-page.module.css'
import { useStart } from './queries.ts'
import { type Drafts, draftOf, problemWith, valuesOf } from './run-form.ts'

interface RunDialogProps {
  pipeline: PipelineDetail
  onClose: () => void
}

/** Asks for the parameters of a run as the definition declares them, and starts it. */
export function RunDialog({ pipeline: { name, parameters }, onClose }: RunDialogProps) {
  const { mutate, isPending, error } = useStart(name)
  const [drafts, setDrafts] = useState<Drafts>(() => draftOf(parameters))
  const [checked, setChecked] = useState(false)
  // One key for one dialog: a second click, or a second try after a lost answer, starts nothing twice.
  const [key] = useState(() => crypto.randomUUID())
  const entries = Object.entries(parameters)

  function submit(event: FormEvent) {
    event.preventDefault()
    setChecked(true)
    if (entries.some(([parameter, wanted]) => problemWith(wanted, drafts[parameter]!) !== null)) return
    mutate({ parameters: valuesOf(parameters, drafts), key: `ui-${key}` }, { onSuccess: ({ id }) => follow(id) })
  }

  function follow(id: string) {
    announce('Started.')
    navigate(executionPath(id))
  }

  return (
    <Dialog title={`Run ${name}`} onClose={onClose}>
      <form onSubmit={submit} className={styles.form} noValidate>
        {entries.length === 0 && <p>It takes no parameters.</p>}
        {entries.map(([parameter, wanted], index) => (
          <ParameterField
            key={parameter}
            name={parameter}
            wanted={wanted}
            draft={drafts[parameter]!}
            error={checked ? problemWith(wanted, drafts[parameter]!) : null}
            first={index === 0}
            onChange={draft => setDrafts({ ...drafts, [parameter]: draft })}
          />
        ))}
        {error && <ProblemNotice what="The run was not started." error={error} />}
        <div className={styles.buttons}>
          <Button type="button" variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button type="submit" loading={isPending}>
            Run
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
