import { Worker } from 'node:worker_threads'

export interface Watchdog {
  /** Ends the process when `work` takes longer than the limit, even if it never lets the event loop go. */
  guard<T>(work: () => Promise<T>): Promise<T>
}

/** `limit` in milliseconds. The thread sees a counter that is odd while work is being done. */
export function startWatchdog(limit: number): Watchdog {
  const counter = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData: { counter, limit } })
  thread.unref()
  return {
    async guard(work) {
      Atomics.add(counter, 0, 1)
      try {
        return await work()
      } finally {
        Atomics.add(counter, 0, 1)
      }
    },
  }
}
