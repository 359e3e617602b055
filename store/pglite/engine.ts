import { setFlagsFromString } from 'node:v8'
import { PGlite } from '@electric-sql/pglite'
import { DurableFiles, durableSettings } from './durable-files.ts'

/**
 * V8's optimizing compiler takes 500 MB and more for the interpreter of PostgreSQL, and gives no more rows a second for
 * it: without it the process has 150 MB instead of 330, and never had more. To be called before any WebAssembly runs.
 */
export function saveMemory(): void {
  for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)
}

/** Opens PostgreSQL's files, or makes them. `onLog` gets the lines of its log: warnings, errors, and why it ended. */
export async function openEngine(data: string, onLog: (line: string) => void): Promise<PGlite> {
  const onStderr = (line: string) => {
    onLog(line)
    return true
  }
  const fs = new DurableFiles(data)
  const engine = await PGlite.create({ fs, startParams, initDbStartParams: ['--wal-segsize=1'], onStderr })
  fs.opened()
  return engine
}

const settings = {
  ...durableSettings,
  shared_buffers: '16MB',
  maintenance_work_mem: '16MB',
  log_min_messages: 'log',
  jit: 'off',
  idle_in_transaction_session_timeout: '0',
}

/** PGlite's own turn fsync off; of two settings the later one counts. */
const startParams = [
  ...PGlite.defaultStartParams,
  ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]
