import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubernetesWhenBuilt } from '../../setup/background.mjs'
import { component, whyMissing } from '../components.ts'
import type { Cluster } from './cluster.ts'
import { type RealCanaries, startRealCanaries } from './real-canary.ts'

const prometheus = component('prometheus')
const containerd = component('containerd')
const missing = prometheus === null ? 'prometheus' : containerd === null ? 'containerd' : null
const rate = 200

/** From end to end: real pods, a real router, a real Prometheus, under load the whole time. */
export function realCanarySuite(cluster: () => Cluster): void {
  const name = `a canary of real pods${missing === null ? '' : ` (${whyMissing(missing)})`}`
  describe.skipIf(missing !== null)(name, () => {
    let canaries: RealCanaries
    beforeAll(async () => {
      const { binaries } = await kubernetesWhenBuilt()
      canaries = await startRealCanaries(cluster(), { binaries: binaries!, prometheus: prometheus! })
    })
    afterAll(() => canaries?.stop())

    const found = async () => {
      const { clusters, weights } = await canaries.target.current('shop')
      return {
        clusters: clusters.map(({ role, release: { version }, ready }) => `${role} ${version} × ${ready}`),
        weights,
        objects: await canaries.objects(),
      }
    }
    const only = (version: string) => ({
      clusters: [`stable ${version} × 2`],
      weights: { stable: 100 },
      objects: ['deployment.apps/shop', 'service/shop'],
    })

    it('of a good version is promoted, and no request fails', async () => {
      const { execution, seen } = await canaries.run('2.0.0', { rate })
      expect({ status: execution.status, reason: execution.reason }).toEqual({ status: 'succeeded', reason: null })
      expect({ reasons: seen.reasons, errors: seen.errors }).toEqual({ reasons: new Map(), errors: 0 })
      expect(seen.versions.get('2.0.0')).toBeGreaterThan(0)
      expect(await found()).toEqual(only('2.0.0'))
    })

    it('of a version that fails 30 % of its requests is taken back, before many fail', async () => {
      const { execution, seen } = await canaries.run('3.0.0', { rate, errors: 0.3 })
      expect({ status: execution.status, reason: execution.reason }).toEqual({
        status: 'rolled-back',
        reason: expect.stringMatching(/^canary: canary errors at 0\.\d+, above the limit of 0\.1/),
      })
      expect(seen.reasons).toEqual(new Map())
      expect(seen.errors).toBeGreaterThan(0)
      expect(seen.errors).toBeLessThanOrEqual(60)
      expect(await found()).toEqual(only('2.0.0'))
    })
  })
}
