import { createHash } from 'node:crypto'
import type { ConnectionOf } from '../../pipeline/schema/configuration/connections.ts'
import { type AskGitHub, longestDescription, withGitHub } from './github-client.ts'
import type { NotifierResources } from './notifier.ts'

/** What was found in the pipelines of a commit. */
export interface CommitReport {
  commit: string
  /** What it is called at the commit; there is one of each name. */
  context: string
  /** None: they are valid. */
  problems: CommitProblem[]
}

export interface CommitProblem {
  file: string
  line: number | null
  column: number | null
  message: string
}

/** Tells GitHub what was found in a commit. What the commit says already is not told again, by whichever server. */
export async function tellCommit(
  report: CommitReport,
  as: 'status' | 'check',
  connection: ConnectionOf<'github'>,
  resources: NotifierResources,
): Promise<void> {
  const tell = as === 'status' ? tellStatus : tellCheck
  await withGitHub(connection, resources, ask => tell(ask, `/repos/${connection.repository}`, report))
}

async function tellStatus(ask: AskGitHub, repository: string, report: CommitReport): Promise<void> {
  const { commit, context } = report
  const status = { state: outcomeOf(report), context, description: shortly(report) }
  // The newest come first.
  const told = (await ask('GET', `${repository}/commits/${commit}/statuses?per_page=100`)) as (typeof status)[]
  const last = told.find(other => other.context === context)
  if (last?.state === status.state && last.description === status.description) return
  await ask('POST', `${repository}/statuses/${commit}`, status)
}

/** GitHub takes so many notes on lines at once. */
const mostAnnotations = 50

async function tellCheck(ask: AskGitHub, repository: string, report: CommitReport): Promise<void> {
  const { commit, context, problems } = report
  const external_id = createHash('sha256').update(JSON.stringify(problems)).digest('hex').slice(0, 32)
  const query = new URLSearchParams({ check_name: context, filter: 'latest' })
  const told = (await ask('GET', `${repository}/commits/${commit}/check-runs?${query}`)) as {
    check_runs: { external_id: string | null }[]
  }
  if (told.check_runs[0]?.external_id === external_id) return
  await ask('POST', `${repository}/check-runs`, {
    ...{ name: context, head_sha: commit, external_id, status: 'completed', conclusion: outcomeOf(report) },
    output: {
      title: shortly(report),
      summary: problems.map(problem => `- \`${inWords(problem)}\``).join('\n') || shortly(report),
      annotations: problems.slice(0, mostAnnotations).map(annotation),
    },
  })
}

function annotation({ file, line, column, message }: CommitProblem): object {
  const columns = line === null || column === null ? {} : { start_column: column, end_column: column }
  return {
    ...{ path: file, start_line: line ?? 1, end_line: line ?? 1, ...columns },
    ...{ annotation_level: 'failure', message },
  }
}

function outcomeOf({ problems }: CommitReport): 'success' | 'failure' {
  return problems.length === 0 ? 'success' : 'failure'
}

function shortly({ problems }: CommitReport): string {
  const [first, ...more] = problems
  if (first === undefined) return 'all pipelines are valid'
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`
  return `${inWords(first).slice(0, longestDescription - rest.length)}${rest}`
}

function inWords({ file, line, column, message }: CommitProblem): string {
  return line === null ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`
}
