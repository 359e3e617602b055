import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { V1Deployment } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../activities/targets/kubernetes/api.ts'
import { openConnection } from '../../activities/targets/kubernetes/connection.ts'
import { openWatches } from '../../activities/targets/kubernetes/watch.ts'
import type { Cluster } from './cluster.ts'
import type { ControlPlane } from './control-plane.ts'
import { openFlakyLine } from './flaky.ts'
import { until } from './served.ts'
import { adminApi, apply, openTestTarget, userObjects } from './world.ts'

const namespace = 'forgotten'
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`

/** After its restart, as an API server remembers everything since its start for a while. */
export function forgottenSuite(cluster: () => Cluster): void {
  describe('a watch', () => {
    it('goes on from a version that a real API server has forgotten, by listing again', async () => {
      const { control } = cluster()
      await openTestTarget(control, namespace, { shop: {} })
      await apply(control, ...userObjects(namespace, 'shop'))
      expect(await toldOfFirstVersion(control)).toEqual({
        code: 410,
        message: expect.stringMatching(/too old resource version/),
      })
      const line = await openFlakyLine(control)
      const tokenFile = join(mkdtempSync(join(control.folder, 'forgotten-')), 'token')
      writeFileSync(tokenFile, 'slipway-token')
      const caFile = join(control.folder, 'pki/apiserver.crt')
      const api = openApi(namespace, openConnection(namespace, { server: line.url, tokenFile, caFile }))
      line.fault = ({ watch }, nth) => (watch && nth === 2 ? 'ancient' : null)
      const isNew = (found: V1Deployment | null) => (found?.metadata?.annotations?.text === 'new' ? true : undefined)
      const options = { signal: AbortSignal.timeout(60_000), every: 60_000 }
      const waiting = openWatches(api).until(deployments, 'shop', isNew, options)
      await until(async () => line.streams() === 1, 'the watch')
      line.cutStreams()
      const listed = () => line.asked.filter(({ watch, path }) => !watch && path === deployments).length
      await until(async () => listed() === 2, 'the second list')
      await control.kubectl(['-n', namespace, 'annotate', 'deploy', 'shop', 'text=new'])
      await waiting
      await line.close()
    })
  })
}

/** What the API server says to a watch that goes on from the first version of all. */
async function toldOfFirstVersion(control: ControlPlane): Promise<{ code?: number; message?: string }> {
  const query = { watch: '1', resourceVersion: '1', timeoutSeconds: '5' }
  for await (const line of adminApi(control).lines(deployments, query, AbortSignal.timeout(10_000))) {
    const { code, message } = (JSON.parse(line) as { object: { code: number; message: string } }).object
    return { code, message }
  }
  return {}
}
