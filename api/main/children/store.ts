import { join } from 'node:path'
import { cleanEnvironment } from '../../../activities/processes/environment.ts'
import { pgliteChild } from '../../../store/pglite/spec.ts'
import type { ChildSpec } from './supervise.ts'

/** The embedded store, and where it can be reached. */
export function storeChild(data: string): ChildSpec & { databaseUrl: string } {
  const folder = join(data, 'store')
  const { args, databaseUrl, ready } = pgliteChild(folder)
  return {
    name: 'store',
    folder,
    command: [process.execPath, '--max-old-space-size=128', ...args],
    env: cleanEnvironment(),
    ready,
    databaseUrl,
    startTimeout: 60_000,
    stopGrace: 15_000,
  }
}
