import type { Observation, Verdict } from '../../pipeline/canary/judge.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import type { StageState } from '../../pipeline/execution.ts'
import { anExecution } from './api.ts'
import type { MemoryStore } from './memory-store.ts'

const minute = Date.parse('2026-01-01T00:00:00.000Z')

/** A look of one second: metric → [baseline, canary], and the stable cluster where it was asked, too. */
export type Seen = Readonly<Record<string, readonly [Observation, Observation, Observation?]>>

/** Puts an ended run with one canary into the store, as its looks would have been recorded. */
export function recordCanary(
  store: MemoryStore,
  id: string,
  looks: readonly Seen[],
  { verdict = 'pass', weights = { stable: 90, baseline: 5, canary: 5 } }: { verdict?: Verdict; weights?: Weights } = {},
): void {
  const stage = { ...canary, outputs: { verdict } }
  store.put(anExecution({ id, pipeline: 'shop', status: 'succeeded', endedAt: 'now', stages: [stage] }))
  for (const [index, seen] of looks.entries()) {
    const look = index + 1
    const [from, to] = [index, look].map(second => new Date(minute + second * 1_000).toISOString()) as [string, string]
    for (const [metric, [baseline, canarySide, stable]] of Object.entries(seen))
      store.evidenceList.push({
        ...{ execution: id, stage: 'canary', look, metric, from, to, weights },
        ...{ provider: 'router', query: `${metric} of web`, state: 'ok', baseline, canary: canarySide, exposure: null },
        ...(stable === undefined ? {} : { stable }),
      })
    const data = { look, verdict: look === looks.length ? verdict : 'insufficient', reason: `look ${look}` }
    store.add({ execution: id, kind: 'canary.look', stage: 'canary', data })
  }
}

/** Shares of bad requests of a thousand on both sides. */
export function errorsSeen(baseline: number, canarySide: number): Seen {
  const side = (bad: number) => ({ bad, total: 1_000 })
  const slow = side(5)
  return { errors: [side(baseline), side(canarySide)], slow: [slow, slow] }
}

const canary: StageState = {
  id: 'canary',
  type: 'canary',
  status: 'succeeded',
  attempt: 1,
  startedAt: null,
  endedAt: null,
  reason: null,
  progress: null,
  outputs: {},
}
