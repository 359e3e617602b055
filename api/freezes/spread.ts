import type { Logger } from 'pino'
import type { Execution } from '../../pipeline/execution.ts'
import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import { executionStatuses } from '../../pipeline/statuses.ts'
import type { Store } from '../../store/store.ts'
import type { Engine } from '../engine/engine.ts'
import { every } from '../every.ts'
import type { RunFreezes } from './run-freezes.ts'

export interface SpreadParts {
  store: Pick<Store, 'freezes' | 'list' | 'input'>
  engine: Pick<Engine, 'tellFreezes'>
  runFreezes: Pick<RunFreezes, 'of'>
  now: () => Date
}

/** Brings freezes to the runs in flight; they know by themselves when one begins and ends. */
export interface FreezeSpreader {
  /** Tells every open run that does not know yet; resolves with how many were told. */
  spread(): Promise<number>
}

const open = (Object.keys(executionStatuses) as ExecutionStatus[]).filter(status => !executionStatuses[status].final)
const page = 200

export function createFreezeSpreader({ store, engine, runFreezes, now }: SpreadParts): FreezeSpreader {
  /** What each run was told; the first time nobody knows what another server has told. */
  let told = new Map<string, string>()
  let isFirst = true
  let queue: Promise<unknown> = Promise.resolve()

  async function spreadNow(): Promise<number> {
    const all = await store.freezes(now().toISOString())
    if (all.length === 0 && told.size === 0 && !isFirst) return 0
    const runs = await openRuns(store, all.length === 0 && told.size === 0 ? ['paused'] : open)
    const next = new Map<string, string>()
    let count = 0
    for (const { id, status } of runs) {
      const input = await store.input(id)
      if (input === null) continue
      const list = await runFreezes.of(input)
      const text = JSON.stringify(list)
      const before = told.get(id) ?? (isFirst && status === 'paused' ? null : '[]')
      if (text === before) {
        if (list.length > 0) next.set(id, text)
        continue
      }
      const isTold = (await engine.tellFreezes(id, list)) === 'delivered'
      if (isTold) count += 1
      // What could not be told yet is told the next time.
      if (isTold ? list.length > 0 : told.has(id)) next.set(id, isTold ? text : told.get(id)!)
    }
    told = next
    isFirst = false
    return count
  }

  return {
    spread() {
      const result = queue.then(spreadNow)
      queue = result.catch(() => {})
      return result
    },
  }
}

async function openRuns(store: SpreadParts['store'], status: readonly ExecutionStatus[]): Promise<Execution[]> {
  const runs: Execution[] = []
  for (let cursor: string | null = null; ; ) {
    const { items, next } = await store.list({ status }, page, cursor)
    runs.push(...items)
    if (next === null) return runs
    cursor = next
  }
}

const interval = 3_000

/** Keeps telling: a run that was accepted in the very moment, or an engine that was away, is told a little later. */
export function runFreezeSpreader(spreader: FreezeSpreader, log: Logger, signal: AbortSignal): Promise<void> {
  return every(interval, signal, async () => {
    await spreader.spread().catch(error => log.debug({ err: error }, 'freezes cannot be told to runs right now'))
  })
}
