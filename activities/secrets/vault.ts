import { z } from 'zod'
import type { LocalReference } from '../../pipeline/schema/configuration/secret.ts'
import type { SecretStoreOf } from '../../pipeline/schema/configuration/secret-stores.ts'
import { withClient } from '../connections.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { KnownSecrets } from './known.ts'
import type { SecretStore } from './store.ts'

const answerOfVault = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()).nullable() }) })

/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version */
export function vaultStore(
  name: string,
  configuration: SecretStoreOf<'vault'>,
  { local, hide }: { local(reference: LocalReference): Promise<string> } & Pick<KnownSecrets, 'hide'>,
): SecretStore {
  const { url, mount, namespace, token } = configuration
  return {
    async read(path) {
      const credentials = { 'x-vault-token': await local(token) }
      const headers: Record<string, string> = { 'x-vault-request': 'true' }
      if (namespace !== undefined) headers['x-vault-namespace'] = namespace
      const where = { name, url, connection: configuration, secrets: { hide: (text: string) => text } }
      const { status, body } = await withClient(where, client =>
        client.send(
          { method: 'GET', url: `/v1/${mount}/data/${path}`, headers, credentials },
          new AbortController().signal,
        ),
      )
      if (status === 404) return null
      if (status === 403 || status === 400)
        throw new Invalid(`the store of secrets ${name} refused to show ${path} (${status}); may its token read it?`)
      if (status !== 200) throw new Unavailable(`the store of secrets ${name} answered ${status} for ${path}`)
      return textsIn(name, path, hide, body)
    },
  }
}

function textsIn(name: string, path: string, hide: KnownSecrets['hide'], body: string): Record<string, string> | null {
  try {
    const { data } = answerOfVault.parse(JSON.parse(body)).data
    // A version that was deleted has metadata and no data.
    if (data === null) return null
    const texts = Object.entries(data).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    return Object.fromEntries(texts)
  } catch (error) {
    // Never what it said: it may hold the secret.
    const reason = error instanceof z.ZodError ? 'another shape than the key/value engine, version 2, has' : 'no JSON'
    throw new Unavailable(hide(`the store of secrets ${name} answered ${reason} for ${path}; is its mount right?`))
  }
}
