import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import { CannotOpen, StoreUnavailable } from '../../store/errors.ts'
import { openStore } from '../../store/postgres.ts'
import type { Store } from '../../store/store.ts'
import { CliError } from '../cli/io.ts'
import { invalidKeys, readKeys } from './encryption-keys.ts'

interface OwnKeys {
  configuration: Pick<Configuration, 'encryption'>
  secrets: Secrets
}

/** The store with the keys of the configuration. Keys that do not fit what is stored end the program. */
export async function openOwnStore(databaseUrl: string, { configuration, secrets }: OwnKeys): Promise<Store> {
  const { keys } = configuration.encryption?.store ?? {}
  try {
    return await openStore(databaseUrl, keys === undefined ? {} : { keys: await readKeys(keys, secrets) })
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error
    throw invalidKeys(`store.keys: ${error.message}`)
  }
}

const patience = 60_000
const pause = 1_000

/** Opens a store that may still be starting, as happens when everything is started at once. */
export async function openStoreWhenThere(databaseUrl: string, given: OwnKeys, log: Logger): Promise<Store> {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      return await openOwnStore(databaseUrl, given)
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      if (performance.now() > deadline)
        throw new CliError(`${error.message}; is DATABASE_URL right, and does the database run?`)
      log.warn({ err: error }, 'the database does not answer yet; trying again')
      await sleep(pause)
    }
  }
}
