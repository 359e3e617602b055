import type { ComparedSimulations, Versions } from './simulate/compare.ts'
import { inThread } from './simulate/in-thread.ts'

export type SimulateVersions = (versions: Versions, signal: AbortSignal) => Promise<ComparedSimulations>

const tooLong = 15_000
const mostWaiting = 8
const thread = new URL('./simulate/thread.ts', import.meta.url)

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

async function apart(versions: Versions, patience: number, signal: AbortSignal): Promise<ComparedSimulations> {
  const late = AbortSignal.timeout(patience)
  try {
    return await inThread<ComparedSimulations>(thread, versions, AbortSignal.any([signal, late]))
  } catch (error) {
    if (signal.aborted) return not('nobody waits for it any more')
    if (late.aborted) return not(`it takes longer than ${patience / 1_000} s to simulate`)
    return not(`it cannot be simulated: ${(error as Error).message}`)
  }
}

function not(reason: string): ComparedSimulations {
  return { simulations: null, notSimulated: reason }
}
