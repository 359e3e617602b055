import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordBatch, Store } from '../store/store.ts'
import type { Alongside } from './requests.ts'

/** Milliseconds between two tries. */
const pause = 1_000

type Run = (...request: unknown[]) => Promise<unknown>

/**
 * An activity that records what its run sends along while it acts. It neither waits for the store nor fails with it: what
 * was not recorded when it ends is recorded by the run.
 */
export function recordsAlongside(run: Run, store: Pick<Store, 'record'>, between = pause): Run {
  return async (...request) => {
    const last = request.at(-1)
    if (!isAlongside(last)) return run(...request)
    const ended = new AbortController()
    void record(last.alongside, store, { signal: ended.signal, between })
    try {
      return await run(...request.slice(0, -1))
    } finally {
      ended.abort()
    }
  }
}

function isAlongside(value: unknown): value is Alongside {
  return typeof value === 'object' && value !== null && 'alongside' in value
}

/** Until it is recorded, or nobody waits for it here any more. */
async function record(
  batch: RecordBatch,
  store: Pick<Store, 'record'>,
  { signal, between }: { signal: AbortSignal; between: number },
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await store.record(batch)
    } catch {
      await sleep(between, undefined, { signal, ref: false }).catch(() => {})
    }
  }
}
