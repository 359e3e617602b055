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
      ...embeddedSettings(),
    ],
    env: { ...cleanEnvironment(), ...embeddedEnvironment },
    ready: () => isListening(port),
    startTimeout: 30_000,
    stopGrace: 10_000,
  }
}

/** Its own default lets the heap double before it collects; here memory is dearer than a little time. */
export const embeddedEnvironment = { GOGC: '50' }

/** How a development server has to be run for a delivery; `more`: values of its dynamic configuration. */
export function embeddedSettings(more: Readonly<Record<string, string>> = {}): string[] {
  const values = {
    // Without it a timer of 10 ms takes a second.
    'history.timerProcessorMaxTimeShift': '"10ms"',
    // Server 1.32 takes a queue that was read three times in a second for stuck, and puts its timers off, by up to a minute.
    'history.queueReaderStuckCriticalAttempts': '1000000',
    // What workflows are found by in lists, which nobody here asks for: twenty a second, and not while much begins or ends.
    'history.visibilityProcessorMaxPollRPS': '2',
    'history.visibilityTaskBatchSize': '10',
    ...more,
  }
  return [
    // As safe as its own way, a rollback journal: what is answered is on the disk. It takes one write instead of four.
    ...['journal_mode=WAL', 'synchronous=FULL'].flatMap(pragma => ['--sqlite-pragma', pragma]),
    ...Object.entries(values).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ]
}
