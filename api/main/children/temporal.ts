import { join } from 'node:path'
import { cleanEnvironment } from '../../../activities/processes/environment.ts'
import { isListening } from './listening.ts'
import type { ChildSpec } from './supervise.ts'

export interface TemporalChild {
  /** The `temporal` command. */
  cli: string
  /** Folder of all data. */
  data: string
  port: number
}

/**
 * The embedded Temporal server. It has no authentication: any process of this machine can talk to it, so it is for one
 * person's machine only.
 */
export function temporalChild({ cli, data, port }: TemporalChild): ChildSpec {
  const folder = join(data, 'temporal')
  return {
    name: 'temporal',
    folder,
    command: [
      cli,
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'warn'],
      // Without it a timer of 10 ms takes a second.
      ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'],
    ],
    // Its own default lets the heap double before it collects; here memory is dearer than a little time.
    env: { ...cleanEnvironment(), GOGC: '50' },
    ready: () => isListening(port),
    startTimeout: 30_000,
    stopGrace: 10_000,
  }
}
