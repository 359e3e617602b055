import { describe, expect, it } from 'vitest'
import { addLook, noEvidence } from '../pipeline/canary/compact-evidence.ts'
import { fakeMetrics } from '../test/fakes/metrics.ts'
import { canaryStage, v1, v2 } from '../test/fakes/pipelines.ts'
import { fakeTarget } from '../test/fakes/target.ts'
import type { LookResources } from './look.ts'
import { look } from './look.ts'
import type { LookRequest, Unrecorded } from './requests.ts'

async function setUp(behaviour: Record<string, number | null | string> = {}) {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  const op = { id: 'set up', fence: 1, signal: new AbortController().signal, progress: () => {} }
  await target.apply('checkout', { role: 'canary', release: v2, instances: 1 }, op)
  target.done.length = 0
  const recorded: Unrecorded[] = []
  const metrics = fakeMetrics({ '1.0.0': 0.01, '2.0.0': 0.01, ...behaviour })
  const resources: LookResources = {
    target,
    providers: { router: metrics },
    record: async seen => void recorded.push(seen),
    now: () => 20_000,
    signal: op.signal,
  }
  return { target, metrics, recorded, resources }
}

function request(change: Partial<LookRequest> = {}): LookRequest {
  return {
    ...{ execution: 'shop-1', stage: 'canary', stageIndex: 2, look: 7, step: 0, target: 'eu', service: 'checkout' },
    ...{ from: 10_000, to: 20_000, analysis: canaryStage().analysis, last: false },
    canary: { role: 'canary', version: '2.0.0' },
    baseline: { role: 'baseline', version: '1.0.0' },
    weights: { stable: 80, baseline: 10, canary: 10 },
    evidence: noEvidence(1),
    renew: { id: 'renew-7', fence: 2, lease: 60_000 },
    ...change,
  }
}

/** Ten looks that saw the same. */
async function lookAgain(times: number, resources: LookResources) {
  let evidence = noEvidence(1)
  let seen = await look(request(), resources)
  for (let i = 1; i < times; i++) {
    evidence = addLook(evidence, seen.seen)
    seen = await look(request({ evidence, look: i + 1 }), resources)
  }
  return seen
}

describe('a look', () => {
  it('asks for both clusters, judges, renews the lease and records', async () => {
    const { target, recorded, resources } = await setUp()
    const weights = { stable: 90, canary: 10 }
    const { verdict, seen, judgment, unrecorded } = await look(request({ weights }), resources)
    expect(verdict).toBe('insufficient')
    expect(judgment).toBeNull()
    expect(unrecorded).toBeNull()
    expect(seen.metrics.errors).toEqual({ baseline: [100, 10_000], canary: [100, 10_000] })
    expect(target.done).toEqual([{ verb: 'route', id: 'renew-7', what: 'stable 90, canary 10' }])
    expect(recorded[0]!.event).toMatchObject({ kind: 'canary.look', sequence: 3_000_007, data: { look: 7, verdict } })
    expect(recorded[0]!.evidence).toHaveLength(2)
    expect(recorded[0]!.evidence[0]).toMatchObject({
      ...{ metric: 'errors', state: 'ok', query: 'errors of canary 2.0.0' },
      ...{ from: '1970-01-01T00:00:10.000Z', to: '1970-01-01T00:00:20.000Z' },
    })
  })

  it('keeps what the stable cluster showed beside a fresh baseline, and judges without it', async () => {
    const { recorded, resources } = await setUp({ '1.0.0': null })
    const before = resources.providers.router!
    const stableOnly = {
      ...before,
      query: async (...asked: Parameters<typeof before.query>) =>
        asked[0].selector.role === 'stable' ? Promise.reject(new Error('not today')) : [{ bad: 1, total: 100 }],
    }
    await look(request(), { ...resources, providers: { router: stableOnly } })
    expect(recorded[0]!.evidence[0]).toMatchObject({ state: 'ok', stable: { error: 'not today' } })
    await look(request({ baseline: { role: 'stable', version: '1.0.0' } }), resources)
    expect(recorded[1]!.evidence[0]).not.toHaveProperty('stable')
  })

  it('does not renew the lease of a version that it fails', async () => {
    const { target, resources } = await setUp({ '2.0.0': 0.5 })
    const weights = { stable: 90, canary: 10 }
    const { verdict, judgment } = await lookAgain(6, resources)
    expect(verdict).toBe('fail')
    expect(judgment!.metrics[0]).toMatchObject({ name: 'errors', verdict: 'fail' })
    target.done.length = 0
    const analysis = { ...canaryStage().analysis, guardrails: [{ metric: 'errors', above: 0.2, atLeast: 10 }] }
    await look(request({ weights, analysis }), resources)
    expect(target.done).toEqual([])
  })

  it('tells no data, and what cannot be read, from zero', async () => {
    const { recorded, resources } = await setUp({ '1.0.0': null, '2.0.0': 'the provider is down' })
    const { verdict, seen } = await look(request(), resources)
    expect(verdict).toBe('insufficient')
    expect(seen.metrics.errors).toEqual({ baseline: 0, canary: 1 })
    expect(recorded[0]!.evidence[0]).toMatchObject({
      state: 'failed',
      baseline: null,
      canary: { error: 'the provider is down' },
    })
  })

  it('is errored, with the reason, when a critical metric cannot be read at the end', async () => {
    const { resources } = await setUp({ '2.0.0': 'the provider is down' })
    const { verdict, reason } = await look(request({ last: true }), resources)
    expect(verdict).toBe('errored')
    expect(reason).toContain('errors could not be read: the provider is down')
  })

  it('asks an unknown provider not at all', async () => {
    const { resources } = await setUp()
    const { seen: none } = await look(request(), { ...resources, providers: {} })
    expect(none.metrics.errors!.canary).toBe(1)
  })

  it('ends although a provider hangs', async () => {
    const { resources, metrics } = await setUp()
    const hanging = { ...metrics, query: () => new Promise<never>(() => {}) }
    const began = Date.now()
    const { seen } = await look(request(), { ...resources, providers: { router: hanging } })
    expect(seen.metrics.errors!.canary).toBe(1)
    expect(Date.now() - began).toBeLessThan(5_000)
  })

  it('gives back what the store did not take', async () => {
    const { resources } = await setUp()
    const { unrecorded } = await look(request(), { ...resources, record: () => Promise.reject(new Error('down')) })
    expect(unrecorded!.event.kind).toBe('canary.look')
    expect(unrecorded!.evidence).toHaveLength(2)
  })

  it('goes on when the lease cannot be renewed, and says so', async () => {
    const { target, resources } = await setUp()
    target.down = 'the host is gone'
    const { verdict, notRenewed } = await look(request(), resources)
    expect(verdict).toBe('insufficient')
    expect(notRenewed).toBe('the host is gone')
  })

  it('asks only for the new version in a bake', async () => {
    const { metrics, resources } = await setUp()
    const { seen } = await look(request({ baseline: null, renew: null }), resources)
    expect(metrics.queries).toBe(2)
    expect(seen.metrics.errors).toEqual({ baseline: [], canary: [100, 10_000] })
  })

  it('refuses an analysis that has no meaning', async () => {
    const { resources } = await setUp()
    const analysis = { ...canaryStage().analysis, guardrails: [{ metric: 'nothing', above: 0.2, atLeast: 10 }] }
    await expect(look(request({ analysis }), resources)).rejects.toThrow('the analysis of canary cannot be judged')
  })
})
