import { Worker } from 'node:worker_threads'

export interface Watchdog {
  /** Ends the process when `work` takes longer than the limit, even if it never lets the event loop go. */
  guard<T>(work: () => Promise<T>): Promise<T>
}

/** `limit` in milliseconds. The thread sees a counter that is odd while work is being done. */
export function startWatchdog(limit: number): Watchdog {
  const counter = new Int32Array(new SharedArrayBuffer(4))
  // As text, not as a file: a thread that has to strip types takes 20 MB more.
  new Worker(`(${watch})()`, { eval: true, workerData: { counter, limit } }).unref()
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

/** Runs in a thread of its own, so it may use nothing from around it. Counts ticks, as a machine that slept was not busy. */
function watch() {
  const { writeSync } = process.getBuiltinModule('node:fs')
  const { workerData } = process.getBuiltinModule('node:worker_threads')
  const { counter, limit }: { counter: Int32Array<SharedArrayBuffer>; limit: number } = workerData
  const interval = Math.min(1_000, limit / 5)
  let seen = 0
  let ticks = 0
  setInterval(() => {
    const now = Atomics.load(counter, 0)
    const stuck = now % 2 !== 0 && now === seen
    ticks = stuck ? ticks + 1 : 0
    seen = now
    if (!(ticks * interval >= limit)) return
    writeSync(2, `slipway store: one statement has taken over ${limit} ms; ending, to be started again\n`)
    process.kill(process.pid, 'SIGKILL')
  }, interval)
}
