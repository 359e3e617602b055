import type { ConnectionOf } from '../../pipeline/schema/configuration/connections.ts'
import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import { Invalid } from '../failures.ts'
import type { Notice } from '../stage-requests.ts'
import { type AskGitHub, longestDescription, withGitHub } from './github-client.ts'
import type { Notifier } from './notifier.ts'

/** What GitHub calls each status of a run; what is not named goes on. */
const states: Partial<Record<ExecutionStatus, 'success' | 'failure' | 'error'>> = {
  succeeded: 'success',
  failed: 'failure',
  'rolled-back': 'failure',
  rejected: 'failure',
  canceled: 'error',
  errored: 'error',
}

interface Target {
  connection: ConnectionOf<'github'>
  ask: AskGitHub
}

/** The status of a commit, or of a deployment of it. Telling it twice changes nothing. */
export const github: Notifier<'github'> = async (notice, _id, connection, resources) => {
  const commit = commitOf(notice)
  if (commit === null)
    throw new Invalid(
      `${notice.execution} names no commit for connection ${resources.name}; give it a parameter "commit"`,
    )
  await withGitHub(connection, resources, async ask => {
    const target = { connection, ask }
    if (connection.reports === 'status') await tellStatus(target, commit, notice)
    else await tellDeployment(target, commit, notice)
  })
}

/** What was built, if the run was told; else what the pipeline is pinned to. */
function commitOf({ parameters, revision }: Notice): string | null {
  const candidates = [parameters.commit, revision]
  return candidates.find((one): one is string => typeof one === 'string' && /^[0-9a-f]{40}$/.test(one)) ?? null
}

async function tellStatus({ connection, ask }: Target, commit: string, notice: Notice): Promise<void> {
  const state = states[notice.status] ?? 'pending'
  const body = { state, context: `slipway/${notice.pipeline}`, description: notice.text.slice(0, longestDescription) }
  await ask('POST', `/repos/${connection.repository}/statuses/${commit}`, body)
}

async function tellDeployment({ connection, ask }: Target, commit: string, notice: Notice): Promise<void> {
  const { repository, environment } = connection
  const task = `slipway:${notice.execution}`
  const query = new URLSearchParams({ sha: commit, environment, task })
  const known = (await ask('GET', `/repos/${repository}/deployments?${query}`)) as { id: number }[]
  const order = {
    ref: commit,
    environment,
    task,
    auto_merge: false,
    required_contexts: [],
    description: notice.text.slice(0, longestDescription),
  }
  const deployment = known[0] ?? ((await ask('POST', `/repos/${repository}/deployments`, order)) as { id: number })
  const state = states[notice.status] ?? 'in_progress'
  const body = { state, environment, description: notice.text.slice(0, longestDescription), auto_inactive: false }
  await ask('POST', `/repos/${repository}/deployments/${deployment.id}/statuses`, body)
}
