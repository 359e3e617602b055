import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const { counter, limit } = workerData as { counter: Int32Array; limit: number }
const interval = Math.min(1_000, limit / 5)
let seen = 0
let ticks = 0

/** Ticks and not time of day: a machine that slept has not been busy. */
setInterval(() => {
  const now = Atomics.load(counter, 0)
  const stuck = now % 2 !== 0 && now === seen
  ticks = stuck ? ticks + 1 : 0
  seen = now
  if (ticks * interval < limit) return
  writeSync(2, `slipway store: one statement has taken over ${limit} ms; ending, to be started again\n`)
  process.kill(process.pid, 'SIGKILL')
}, interval)
