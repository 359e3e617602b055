import type { Connection, ConnectionOf } from '../pipeline/schema/configuration/connections.ts'
import type { SecretReference } from '../pipeline/schema/configuration/secret.ts'
import { NotFound } from './failures.ts'
import { type GuardedClient, guardedClient } from './http/client.ts'
import type { Resolve } from './http/connect.ts'
import type { Secrets } from './secrets/secrets.ts'

/** The connections of the configuration by name. */
export interface Connections {
  get(name: string): Connection
  /** Of that type, or `NotFound`. */
  of<T extends Connection['type']>(name: string, type: T): ConnectionOf<T>
}

export function connectionsOf(all: Readonly<Record<string, Connection>>): Connections {
  const get = (name: string): Connection => {
    const found = Object.hasOwn(all, name) ? all[name] : undefined
    if (found !== undefined) return found
    throw new NotFound(`there is no connection "${name}"; known are ${Object.keys(all).join(', ') || 'none'}`)
  }
  return {
    get,
    of<T extends Connection['type']>(name: string, type: T) {
      const found = get(name)
      if (found.type === type) return found as ConnectionOf<T>
      throw new NotFound(`connection "${name}" is of type ${found.type}; one of type ${type} is needed`)
    },
  }
}

/** What a connection over HTTP may reach. */
interface Reaching {
  hosts: readonly string[]
  addresses: readonly string[]
  timeout: number
}

const usualAnswer = 256 * 1024

/** Works with a client for one connection, which is closed afterwards. */
export async function withClient<T>(
  {
    name,
    url,
    connection,
    secrets,
    largest = usualAnswer,
    resolve,
  }: {
    name: string
    url: string
    connection: Reaching
    secrets: Pick<Secrets, 'hide'>
    largest?: number
    resolve?: Resolve | undefined
  },
  work: (client: GuardedClient) => Promise<T>,
): Promise<T> {
  const { hosts, addresses, timeout } = connection
  const client = guardedClient({
    ...{ name, base: new URL(url), hosts, addresses, timeout, largest, hide: secrets.hide },
    ...(resolve === undefined ? {} : { resolve }),
  })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** Texts stay, references become what they refer to. */
export async function resolved(
  values: Readonly<Record<string, string | SecretReference>>,
  secrets: Secrets,
): Promise<Record<string, string>> {
  const each = Object.entries(values).map(async ([name, value]) => [
    name,
    typeof value === 'string' ? value : await secrets.resolve(value),
  ])
  return Object.fromEntries(await Promise.all(each))
}
