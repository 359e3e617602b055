import { describe, expect, it } from 'vitest'
import { knownSecrets } from '../../activities/secrets/known.ts'
import { openSecrets } from '../../activities/secrets/secrets.ts'
import { secretStore } from '../../pipeline/schema/configuration/secret-stores.ts'
import type { Cluster } from './cluster.ts'
import { apply } from './world.ts'

/** Secrets of a namespace, as a store of secrets. */
export function secretsSuite(cluster: () => Cluster): void {
  describe('a secret of Kubernetes', () => {
    it('is read when it is needed, as it is then, and hidden; what is not there is named', async () => {
      const { control } = cluster()
      const metadata = { name: 'slipway-ci', namespace: 'default' }
      const put = (token: string) =>
        apply(control, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token } })
      const open = () => {
        const connection = { kubeconfig: control.kubeconfig }
        const store = secretStore.parse({ type: 'kubernetes', connection, namespace: 'default' })
        const known = knownSecrets()
        return { ...openSecrets({ cluster: store }, {}, known), known }
      }
      const reference = { store: 'cluster', path: 'slipway-ci', key: 'token' }

      await put('first-token')
      const first = open()
      expect(await first.resolve(reference)).toBe('first-token')
      expect(first.known.hide('it is first-token')).toBe('it is [secret]')
      await put('second-token')
      expect(await open().resolve(reference)).toBe('second-token')
      await expect(first.resolve({ ...reference, path: 'no-such' })).rejects.toThrow('has no secret no-such')
      await expect(first.resolve({ ...reference, key: 'no' })).rejects.toThrow('has no text "no"; it has token')
    })
  })
}
