import type { Logger } from 'pino'
import type { Execution } from '../../pipeline/execution.ts'
import { type ExecutionStatus, executionStatuses } from '../../pipeline/statuses.ts'
import type { Store } from '../../store/store.ts'
import type { PendingActivity } from '../contract/execution.ts'
import type { Engine } from '../engine/engine.ts'
import { every } from '../every.ts'
import type { Metrics } from '../metrics/metrics.ts'

/** Why a run does not move. */
export type StuckReason = 'activity' | 'workflow' | 'workflow-task'

export interface Stuck {
  execution: string
  reason: StuckReason
  pending: PendingActivity
}

const interval = 20_000
const page = 200
/** Of one scan; the newest come first. */
const mostRuns = 1_000
const atOnce = 8
/** Milliseconds in which a run that was accepted is known to Temporal. */
const startingTakes = 60_000
/** An activity that was tried so often does not just have a bad moment. */
const suspicious = 3

const open = (Object.keys(executionStatuses) as ExecutionStatus[]).filter(status => !executionStatuses[status].final)

export interface Watch {
  store: Store
  engine: Engine
  metrics: Metrics
  log: Logger
}

/** Looks at all runs that have not ended, now and then, and says which ones do not move and why; once a cause. */
export function watchStuckRuns(watch: Watch, signal: AbortSignal): Promise<void> {
  const told = new Map<string, number>()
  return every(interval, signal, async () => {
    try {
      tell(await scan(watch), told, watch)
    } catch (error) {
      watch.log.debug({ err: error }, 'runs cannot be looked at right now')
    }
  })
}

/** One look at all open runs. */
export async function scan({ store, engine, metrics }: Watch): Promise<Stuck[]> {
  const runs = await openRuns(store)
  const statuses = Object.groupBy(runs, run => run.status)
  for (const status of open) metrics.openExecutions.set({ status }, statuses[status]?.length ?? 0)
  const stuck: Stuck[] = []
  const queue = [...runs]
  const look = async () => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) stuck.push(...(await stuckIn(engine, run)))
  }
  await Promise.all(Array.from({ length: atOnce }, look))
  for (const reason of ['activity', 'workflow', 'workflow-task'] as const)
    metrics.stuckExecutions.set(
      { reason },
      new Set(stuck.filter(each => each.reason === reason).map(each => each.execution)).size,
    )
  return stuck
}

async function openRuns(store: Store): Promise<Execution[]> {
  const runs: Execution[] = []
  let cursor: string | null = null
  do {
    const { items, next }: { items: Execution[]; next: string | null } = await store.list(
      { status: open },
      page,
      cursor,
    )
    runs.push(...items)
    cursor = next
  } while (cursor !== null && runs.length < mostRuns)
  return runs
}

async function stuckIn(engine: Engine, run: Execution): Promise<Stuck[]> {
  const pending = await engine.pending(run.id)
  return pending.flatMap((each): Stuck[] => {
    // One that was accepted just now is still being started.
    if (each.name === 'workflow' && Date.now() - Date.parse(run.createdAt) < startingTakes) return []
    if (each.name === 'workflow') return [{ execution: run.id, reason: 'workflow', pending: each }]
    if (each.name === 'workflow task') return [{ execution: run.id, reason: 'workflow-task', pending: each }]
    return each.attempt >= suspicious ? [{ execution: run.id, reason: 'activity', pending: each }] : []
  })
}

/** A cause that goes on is told again each time its attempts have doubled. */
function tell(stuck: readonly Stuck[], told: Map<string, number>, { log }: Watch): void {
  const present = new Set<string>()
  for (const { execution, pending } of stuck) {
    const key = `${execution} ${pending.workflow} ${pending.name}`
    present.add(key)
    if (pending.attempt < (told.get(key) ?? 0) * 2) continue
    told.set(key, pending.attempt)
    const { name, attempt, lastFailure } = pending
    log.warn({ execution, activity: name, attempt, lastFailure }, `${execution} waits for ${name}, attempt ${attempt}`)
  }
  for (const key of told.keys()) if (!present.has(key)) told.delete(key)
}
