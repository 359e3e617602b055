import { Worker } from 'node:worker_threads'
import type { ComparedSimulations, Versions } from './simulate/compare.ts'

export type SimulateVersions = (versions: Versions, signal: AbortSignal) => Promise<ComparedSimulations>

const tooLong = 15_000
const mostWaiting = 8
const limits = { maxOldGenerationSizeMb: 256 }

/** Simulates beside the server, one at a time: what takes too long, or too much, is ended and said so. */
export function simulateApart(patience = tooLong): SimulateVersions {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (versions, signal) => {
    if (waiting >= mostWaiting) return not('too many are waiting to be simulated; ask again')
    waiting += 1
    const before = last
    const own = before.then(() =>
      signal.aborted ? not('nobody waits for it any more') : apart(versions, patience, signal),
    )
    last = own.finally(() => (waiting -= 1)).catch(() => {})
    return own
  }
}

function apart(versions: Versions, patience: number, signal: AbortSignal): Promise<ComparedSimulations> {
  return new Promise(resolve => {
    const url = new URL('./simulate/thread.ts', import.meta.url)
    const worker = new Worker(url, {
      workerData: JSON.parse(JSON.stringify(versions)),
      resourceLimits: limits,
      env: {},
    })
    const end = (answer: ComparedSimulations) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(answer)
      void worker.terminate()
    }
    const onAbort = () => end(not('nobody waits for it any more'))
    const timer = setTimeout(() => end(not(`it takes longer than ${patience / 1_000} s to simulate`)), patience)
    signal.addEventListener('abort', onAbort)
    worker.on('message', end)
    worker.on('error', error => end(not(`it cannot be simulated: ${error.message}`)))
    worker.on('exit', () => end(not('it takes too much to simulate')))
  })
}

function not(reason: string): ComparedSimulations {
  return { simulations: null, notSimulated: reason }
}
