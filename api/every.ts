import { setTimeout as sleep } from 'node:timers/promises'

/** Does something now and then again, `interval` ms after it was done, until `signal` aborts. Never overlaps itself. */
export async function every(interval: number, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await task()
    await sleep(interval, undefined, { signal, ref: false }).catch(() => {})
  }
}
