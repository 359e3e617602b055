import { readFile } from 'node:fs/promises'
import type { LocalReference, SecretReference, StoredReference } from '../../pipeline/schema/configuration/secret.ts'
import type { SecretStoreConfiguration } from '../../pipeline/schema/configuration/secret-stores.ts'
import { Invalid } from '../failures.ts'
import { type KnownSecrets, knownSecrets } from './known.ts'
import { kubernetesStore } from './kubernetes.ts'
import { believing, type SecretStore } from './store.ts'
import { vaultStore } from './vault.ts'

/** Gives the value behind a reference, at the moment it is needed; it is never logged or put into a message. */
export interface Secrets {
  resolve(reference: SecretReference): Promise<string>
  /** What others say, without the secrets that were resolved here: they may repeat what they were sent. */
  hide(text: string): string
}

type Environment = Readonly<Record<string, string | undefined>>
type Stores = Readonly<Record<string, SecretStoreConfiguration>>

/** Secrets from the process's own environment, from files it can read, and from the stores that are configured. */
export function openSecrets(
  stores: Stores,
  environment: Environment = process.env,
  known: KnownSecrets = knownSecrets(),
): Secrets {
  const local = async (reference: LocalReference): Promise<string> => {
    const value = await fromHere(reference, environment)
    known.add(value)
    return value
  }
  const opened = new Map(
    Object.entries(stores).map(([name, configuration]) => [name, openStore(name, configuration, { ...known, local })]),
  )
  return {
    async resolve(reference) {
      if (!('store' in reference)) return local(reference)
      const value = await fromStore(reference, opened.get(reference.store))
      known.add(value)
      return value
    },
    hide: known.hide,
  }
}

/** Secrets from environment and files alone. */
export function localSecrets(environment?: Environment, known?: KnownSecrets): Secrets {
  return openSecrets({}, environment, known)
}

type Means = { local(reference: LocalReference): Promise<string> } & KnownSecrets

/** Every type of store the configuration knows, and how it is opened. */
const types = {
  vault: vaultStore,
  kubernetes: kubernetesStore,
} satisfies {
  [T in SecretStoreConfiguration['type']]: (
    name: string,
    configuration: Extract<SecretStoreConfiguration, { type: T }>,
    means: Means,
  ) => SecretStore
}

/** A new value is used within ten seconds; a store may be away for ten minutes. */
const patience = { fresh: 10_000, stale: 600_000, now: Date.now }

function openStore(name: string, configuration: SecretStoreConfiguration, means: Means): SecretStore {
  const open = types[configuration.type] as (name: string, settings: never, means: Means) => SecretStore
  return believing(open(name, configuration as never, means), patience)
}

async function fromStore({ store, path, key }: StoredReference, opened: SecretStore | undefined): Promise<string> {
  if (opened === undefined) throw new Invalid(`there is no store of secrets "${store}"; see "secrets"`)
  const values = await opened.read(path)
  if (values === null) throw new Invalid(`the store of secrets ${store} has no secret ${path}`)
  const value = Object.hasOwn(values, key) ? values[key] : undefined
  if (value !== undefined && value !== '') return value
  const others = Object.keys(values).join(', ') || 'nothing'
  throw new Invalid(`the secret ${path} of the store ${store} has no text "${key}"; it has ${others}`)
}

async function fromHere(reference: LocalReference, environment: Environment): Promise<string> {
  if ('env' in reference) return given(environment[reference.env], `the environment variable ${reference.env}`)
  const text = await readFile(reference.file, 'utf8').catch(error => {
    throw new Invalid(`the secret in ${reference.file} cannot be read (${error.code}); Slipway must be able to`)
  })
  return given(text.replace(/\r?\n$/, ''), `the file ${reference.file}`)
}

function given(value: string | undefined, where: string): string {
  if (value !== undefined && value !== '') return value
  throw new Invalid(
    `${where} should hold a secret and is ${value === undefined ? 'not set' : 'empty'}; set it where Slipway runs`,
  )
}
