import type { Logger as TemporalLogger } from '@temporalio/worker'
import { isUnfinished } from '../engine/ask-again.ts'

type Tell = (about: object, message: string) => void

/** Temporal's own lines go where ours go. */
export function temporalLines(log: { error: Tell; warn: Tell; debug: Tell }): TemporalLogger {
  const write = (level: string, message: string, meta?: Record<string, unknown>): void => {
    // Whoever asked asks again: nothing went wrong that somebody has to read about.
    if (isUnfinished(meta?.error))
      log.debug({ workflow: meta?.workflowId }, 'a question came too early, and is asked again')
    else if (level === 'ERROR') log.error(meta ?? {}, message)
    else if (level === 'WARN') log.warn(meta ?? {}, message)
    else log.debug(meta ?? {}, message)
  }
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  }
}
