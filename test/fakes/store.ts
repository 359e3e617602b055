import type { StoredEvidence } from '../../pipeline/evidence.ts'
import type { Execution, ExecutionEvent } from '../../pipeline/execution.ts'
import { StoreUnavailable } from '../../store/errors.ts'

import type { Quarantined } from '../../store/quarantine.ts'
import type { Page, RecordBatch, Store } from '../../store/store.ts'

/** What a store would keep of runs. */
export interface FakeStore {
  record(batch: RecordBatch): Promise<void>
  /** Newest first, all on one page. */
  list(): Promise<Page<Execution>>
  /** By `releaseKey`. */
  quarantine: Map<string, Quarantined>
  quarantined: Store['quarantined']
  down: boolean
  batches: number
  executions: Map<string, Execution>
  events(execution: string): ExecutionEvent[]
  evidence(execution: string): StoredEvidence[]
}

export function fakeStore(): FakeStore {
  const events = new Map<string, ExecutionEvent>()
  const evidence = new Map<string, StoredEvidence>()
  const newest = new Map<string, number>()
  const of = <T extends { execution: string }>(all: Iterable<T>, execution: string) =>
    [...all].filter(one => one.execution === execution)
  const store: FakeStore = {
    list: async () => ({ items: [...store.executions.values()].reverse(), next: null }),
    down: false,
    batches: 0,
    executions: new Map(),
    quarantine: new Map(),
    async quarantined({ key }) {
      if (store.down) throw new StoreUnavailable('the store is down')
      return store.quarantine.get(key) ?? null
    },
    async record(batch) {
      if (store.down) throw new StoreUnavailable('the store is down')
      store.batches += 1
      for (const event of batch.events) {
        const key = `${event.execution}/${event.sequence}`
        if (!events.has(key)) events.set(key, event)
      }
      for (const one of batch.evidence) evidence.set([one.execution, one.stage, one.look, one.metric].join('/'), one)
      const { snapshot, sequence } = batch
      if (snapshot === null || sequence < (newest.get(snapshot.id) ?? 0)) return
      newest.set(snapshot.id, sequence)
      store.executions.set(snapshot.id, snapshot)
    },
    events: execution => of(events.values(), execution).sort((a, b) => a.sequence - b.sequence),
    evidence: execution => of(evidence.values(), execution),
  }
  return store
}
