import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { StoreUnavailable } from '../../store/errors.ts'
import { openStore } from '../../store/postgres.ts'
import type { Store } from '../../store/store.ts'
import { CliError } from '../cli/io.ts'

const patience = 60_000
const pause = 1_000

/** Opens a store that may still be starting, as happens when everything is started at once. */
export async function openStoreWhenThere(databaseUrl: string, log: Logger): Promise<Store> {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      return await openStore(databaseUrl)
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      if (performance.now() > deadline)
        throw new CliError(`${error.message}; is DATABASE_URL right, and does the database run?`)
      log.warn({ err: error }, 'the database does not answer yet; trying again')
      await sleep(pause)
    }
  }
}
