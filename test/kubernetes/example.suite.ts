import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { rbacOf } from '../../activities/targets/kubernetes/rbac.ts'
import { loadConfiguration } from '../../pipeline/configuration.ts'
import type { KubernetesTarget } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import { type Server, startServer } from '../../setup/server.ts'
import type { Cluster } from './cluster.ts'

const example = 'examples/kubernetes'

/** The example as its page tells it, with a server of its own. */
export function exampleSuite(cluster: () => Cluster): void {
  describe(example, () => {
    let folder: string
    let server: Server
    beforeAll(async () => {
      const { control } = cluster()
      folder = mkdtempSync(join(tmpdir(), 'slipway-example-'))
      cpSync(example, folder, { recursive: true })
      cpSync(control.slipwayKubeconfig, join(folder, 'kubeconfig'))
      const configuration = join(folder, 'slipway.yaml')
      const loaded = loadConfiguration(readFileSync(configuration, 'utf8'), configuration).configuration!
      await control.kubectl(['create', 'namespace', 'shop'])
      await control.kubectl(['apply', '-f', join(example, 'shop.yaml')])
      const role = rbacOf('shop', loaded.targets.shop as KubernetesTarget, { kind: 'User', name: 'slipway' })
      await control.kubectl(['apply', '-f', '-'], role.map(object => stringify(object)).join('---\n'))
      server = await startServer({ data: join(folder, 'data'), configuration, args: ['--stop-instances'] })
    })
    afterAll(async () => {
      await server?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    it('brings a new version in, in steps', { timeout: 120_000 }, async () => {
      const { id } = await server.client.startExecution({
        name: 'checkout-kubernetes',
        body: { parameters: { version: '1.1.0' } },
        idempotencyKey: 'example',
      })
      let execution = await server.client.getExecution({ id, wait: '30s' })
      for (let tries = 0; tries < 3 && execution.endedAt === null; tries++)
        execution = await server.client.getExecution({ id, wait: '30s' })
      expect({ status: execution.status, reason: execution.reason }).toEqual({ status: 'succeeded', reason: null })
      const { items } = await server.client.listTargets()
      expect(items[0]!.services[0]).toMatchObject({
        name: 'checkout',
        clusters: [{ role: 'stable', version: '1.1.0', instances: 4, ready: 4 }],
        weights: { stable: 100 },
        error: null,
      })
      expect(await server.client.getDrift({ name: 'shop' })).toEqual({ items: [] })
    })

    it.each([
      ['install.yaml', ['statefulset.apps/slipway']],
      ['scale-out.yaml', ['deployment.apps/slipway-api', 'deployment.apps/slipway-worker', 'service/slipway']],
    ])('installs Slipway with objects the API server takes: %s', async (file, wanted) => {
      const { control } = cluster()
      const documents = readFileSync(join(example, file), 'utf8').split(/^---$/m)
      await control.kubectl(['apply', '-f', '-'], documents[0])
      const said = await control.kubectl(['apply', '--dry-run=server', '-f', join(example, file)])
      for (const object of wanted) expect(said).toContain(`${object} created (server dry run)`)
      const settings = documents.map(text => parse(text)).find(({ kind }) => kind === 'ConfigMap').data['slipway.yaml']
      expect(loadConfiguration(settings, 'slipway.yaml').problems).toEqual([])
    })
  })
}
