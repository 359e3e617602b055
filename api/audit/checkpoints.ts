import { appendFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Store } from '../../store/store.ts'

export interface CheckpointOptions {
  store: Pick<Store, 'auditLog'>
  /** JSON Lines; ship it to where whoever can write to the database cannot. */
  file: string
  /** Milliseconds. */
  every?: number
  log: Logger
}

/** Writes down the end of the audit log whenever it has moved: into a file, and into the log of the server. */
export async function writeCheckpoints(options: CheckpointOptions, signal: AbortSignal): Promise<void> {
  const { store, file, every = 60_000, log } = options
  let last = 0
  const write = async () => {
    const [newest] = (await store.auditLog(1, null)).items
    if (newest === undefined || newest.sequence === last) return
    const checkpoint = { sequence: newest.sequence, hash: newest.hash, at: new Date().toISOString() }
    await appendFile(file, `${JSON.stringify(checkpoint)}\n`, { mode: 0o600 })
    log.info(checkpoint, 'audit checkpoint')
    last = newest.sequence
  }
  const tryTo = () => write().catch(error => log.warn({ err: error }, 'no audit checkpoint this time'))
  while (!signal.aborted) {
    await sleep(every, null, { signal, ref: false }).catch(() => {})
    await tryTo()
  }
}
