import type { Logger } from 'pino'

/** Resolves at the first Ctrl-C or SIGTERM; the second one ends the process at once. */
export function untilStopped(log: Logger): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(signal === 'SIGINT' ? 130 : 143)
      asked = true
      log.info({ signal }, 'stopping; once more to stop at once')
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
