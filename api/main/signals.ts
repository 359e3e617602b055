import { constants } from 'node:os'
import type { Logger } from 'pino'

/** Resolves at the first Ctrl-C, SIGTERM or closed terminal; the second one ends the process at once. */
export function untilStopped(log: Logger): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(128 + constants.signals[signal])
      asked = true
      log.info({ signal }, 'stopping; once more to stop at once')
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}
