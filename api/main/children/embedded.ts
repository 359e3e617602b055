import { join } from 'node:path'
import type { Logger } from 'pino'
import { runningRecord } from '../../../activities/processes/record.ts'
import { keepHost, startHost } from '../../../activities/targets/process/host/start.ts'
import { temporalCli } from '../../../setup/temporal.mjs'
import type { Io } from '../../cli/io.ts'
import type { TemporalAddress } from '../addresses.ts'
import type { DataFolder } from '../data-folder.ts'
import { isListening } from './listening.ts'
import { storeChild } from './store.ts'
import { supervise } from './supervise.ts'
import { temporalChild } from './temporal.ts'

/** Something that was started and has to be stopped. */
export interface Part {
  name: string
  stop(): Promise<unknown>
}

/** Temporal beside this server, its database in the data folder. */
export async function embeddedTemporal(
  folder: DataFolder,
  env: Io['env'],
  log: Logger,
): Promise<Part & { value: TemporalAddress }> {
  // The script is plain JavaScript; its default says less about the type than its comment.
  const tell = ((message: string) => log.info(message)) as () => void
  const cli = await temporalCli({ env, log: tell })
  const port = await portFor(folder)
  const child = await supervise(temporalChild({ cli, data: folder.path, port }), log)
  return {
    name: 'temporal',
    stop: child.stop,
    value: { address: `127.0.0.1:${port}`, namespace: 'default', tls: false, apiKey: null },
  }
}

/** The port of last time, unless a stranger has taken it meanwhile. */
async function portFor(folder: DataFolder): Promise<number> {
  const kept = folder.keptPort('temporal')
  const isOurs = runningRecord(join(folder.path, 'temporal', 'child.json')) !== null
  if (kept !== null && (isOurs || !(await isListening(kept)))) return kept
  const port = await folder.newPort()
  await folder.keepPort('temporal', port)
  return port
}

/** The store beside this server. */
export async function embeddedStore(data: string, log: Logger): Promise<Part & { value: string }> {
  const spec = storeChild(data)
  const child = await supervise(spec, log)
  return { name: 'store', stop: child.stop, value: spec.databaseUrl }
}

/**
 * The process host of the data folder. It outlives this server, so that traffic does not depend on it, unless
 * `stopInstances` says that the releases shall end with us.
 */
export async function embeddedHost(data: string, stopInstances: boolean, log: Logger): Promise<Part & { value: null }> {
  const client = await startHost(data)
  const keeper = keepHost(data, () => log.warn('the process host had ended; it runs again'))
  return {
    name: 'process host',
    value: null,
    async stop() {
      await keeper.stop()
      if (stopInstances) await client.stop({ instances: 'end' })
    },
  }
}
