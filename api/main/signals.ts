import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import type { Logger } from 'pino'

/**
 * Resolves at the first Ctrl-C, SIGTERM or closed terminal; the second one ends the process at once. SIGHUP means that a
 * terminal was closed, or, where there is a terminal still or was none, that the configuration should be read again.
 */
export function untilStopped(log: Logger, reload: () => void): Promise<void> {
  const begunInTerminal = hasTerminal()
  return new Promise(resolve => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(128 + constants.signals[signal])
      if (signal === 'SIGHUP' && begunInTerminal === hasTerminal()) return reload()
      asked = true
      log.info({ signal }, 'stopping; once more to stop at once')
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
