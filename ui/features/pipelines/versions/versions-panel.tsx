import { NativeSelect } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { PipelineDetail } from '../../../../api/contract/pipelines.ts'
import { Boundary } from '../../../kit/boundary.tsx'
import { Panel } from '../../../kit/panel.tsx'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { replace, usePlace } from '../../../router/location.ts'
import { pipelinePath, withSearch } from '../../../router/routes.ts'
import { ago } from '../../../words/time.ts'
import { shortRevision } from '../../executions/summary.ts'
import styles from '../pipeline-page.module.css'
import { useRuns } from '../queries.ts'
import { type Version, versionsOf } from './versions.ts'

const VersionDiff = lazy(() => import('./version-diff.tsx').then(module => ({ default: module.VersionDiff })))

/** Which definitions of this pipeline have run, and what has changed between any two. Which two is in the address. */
export function VersionsPanel({ pipeline }: { pipeline: PipelineDetail }) {
  const { name, definitionHash, revision } = pipeline
  const { data, error, refetch } = useRuns(name)
  const { search } = usePlace()
  const now = definitionHash === null ? null : { hash: definitionHash, revision }
  const versions = data === undefined ? [] : versionsOf(data.items, now)
  const find = (hash: string | null) => versions.find(version => version.hash === hash)
  const to = find(search.get('to')) ?? find(definitionHash) ?? versions[0]
  const from = find(search.get('from')) ?? versions.find(version => version !== to)
  const choose = (change: { from?: string; to?: string }) =>
    replace(withSearch(pipelinePath(name), { from: from?.hash ?? null, to: to?.hash ?? null, ...change }))
  return (
    <Panel title="Versions">
      {error && <ProblemNotice what="The versions could not be loaded." error={error} onRetry={() => refetch()} />}
      {data && versions.length < 2 && (
        <p className={styles.none}>
          There is one version so far. As soon as another one has run, they can be compared.
        </p>
      )}
      {from && to && (
        <>
          <div className={styles.choices}>
            <Choice label="From" versions={versions} chosen={from} onChoose={hash => choose({ from: hash })} />
            <Choice label="To" versions={versions} chosen={to} onChoose={hash => choose({ to: hash })} />
          </div>
          <Boundary key={`${from.hash} ${to.hash}`} what="The difference cannot be shown.">
            <Suspense fallback={<p className={styles.none}>Loading…</p>}>
              <VersionDiff pipeline={pipeline} from={from} to={to} />
            </Suspense>
          </Boundary>
        </>
      )}
    </Panel>
  )
}

interface ChoiceProps {
  label: string
  versions: readonly Version[]
  chosen: Version
  onChoose: (hash: string) => void
}

function Choice({ label, versions, chosen, onChoose }: ChoiceProps) {
  return (
    <NativeSelect
      label={label}
      data={versions.map(version => ({ value: version.hash, label: inWords(version) }))}
      value={chosen.hash}
      onChange={event => onChoose(event.currentTarget.value)}
    />
  )
}

function inWords({ revision, runs, at, inForce }: Version): string {
  const ran =
    at === null ? 'has not run yet' : `${runs} ${runs === 1 ? 'run' : 'runs'}, ${ago(Date.now() - Date.parse(at))}`
  return `${shortRevision(revision)}${inForce ? ' (in force)' : ''}: ${ran}`
}
