import type { SecretStoreOf } from '../../pipeline/schema/configuration/secret-stores.ts'
import { Invalid } from '../failures.ts'
import { ApiError, openApi } from '../targets/kubernetes/api.ts'
import { openConnection } from '../targets/kubernetes/connection.ts'
import type { SecretStore } from './store.ts'

/** Secrets of one namespace; the account needs `get` on those that are named, and nothing else. */
export function kubernetesStore(name: string, { connection, namespace }: SecretStoreOf<'kubernetes'>): SecretStore {
  const label = `${name} (a store of secrets)`
  const api = openApi(label, openConnection(label, connection))
  return {
    async read(path) {
      const where = `/api/v1/namespaces/${namespace}/secrets/${encodeURIComponent(path)}`
      const found = await api.get<{ data?: Record<string, string> }>(where).catch(error => {
        if (!(error instanceof ApiError)) throw error
        throw new Invalid(`the store of secrets ${name} refused to show ${path} of ${namespace}: ${error.message}`)
      })
      if (found === null) return null
      const texts = Object.entries(found.data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ])
      return Object.fromEntries(texts)
    },
  }
}
