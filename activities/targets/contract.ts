import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../pipeline/clusters.ts'
import type { Release } from '../../pipeline/release.ts'
import type { Op, ServiceState, Target } from './target.ts'

/** A target that can take releases, for the suite below. */
export interface TargetFixture {
  target: Target
  /** A service of the target that nothing was deployed as yet; another one each time. */
  freshService(): string
  release(version: string): Release
  /** Never becomes healthy. */
  broken: Release
  /** Version that answers a request of a client. */
  ask(url: string): Promise<string>
  close(): Promise<void>
}

/** What holds of every target. */
export function targetContract(name: string, open: () => Promise<TargetFixture>): void {
  describe(`${name} as a target`, () => {
    let fixture: TargetFixture
    let target: Target
    beforeAll(async () => {
      fixture = await open()
      target = fixture.target
    })
    afterAll(() => fixture?.close())

    let ops = 0
    function op(fence = 1, id = `contract-${++ops}`): Op {
      return { id, fence, signal: new AbortController().signal, progress: () => {} }
    }

    /** A service with a stable version 1.0.0 that has all the traffic. */
    async function deployed(instances = 1): Promise<string> {
      const service = fixture.freshService()
      await target.apply(service, { role: 'stable', release: fixture.release('1.0.0'), instances }, op())
      await target.route(service, { stable: 100 }, op())
      return service
    }

    async function withCanary(): Promise<string> {
      const service = await deployed()
      await target.apply(service, { role: 'canary', release: fixture.release('2.0.0'), instances: 1 }, op())
      return service
    }

    async function versions(service: string, count = 20): Promise<Set<string>> {
      const { url } = await target.current(service)
      const seen = new Set<string>()
      for (let i = 0; i < count; i++) seen.add(await fixture.ask(url!))
      return seen
    }

    it('knows its services and no others', async () => {
      await expect(target.current('no-such-service')).rejects.toMatchObject({ kind: 'NotFound' })
      await expect(target.route('no-such-service', { stable: 100 }, op())).rejects.toMatchObject({ kind: 'NotFound' })
      expect(await target.current(fixture.freshService())).toMatchObject({ clusters: [], weights: {} })
    })

    it('removes what is not there without a word', async () => {
      await target.remove(fixture.freshService(), 'canary', op())
    })

    it('brings a first version up, healthy and serving', async () => {
      const service = await deployed(2)
      const state = await target.current(service)
      expect(clusterOf(state, 'stable')).toMatchObject({ instances: 2, ready: 2, release: { version: '1.0.0' } })
      expect(state.weights).toEqual({ stable: 100 })
      expect(await versions(service)).toEqual(new Set(['1.0.0']))
    })

    it('gives a new cluster no traffic until it is routed, and then its weight', async () => {
      const service = await withCanary()
      expect(await versions(service)).toEqual(new Set(['1.0.0']))
      await target.route(service, { stable: 50, canary: 50 }, op())
      expect((await target.current(service)).weights).toMatchObject({ stable: 50, canary: 50 })
      expect(await versions(service, 60)).toEqual(new Set(['1.0.0', '2.0.0']))
      await target.route(service, { canary: 100 }, op())
      expect(await versions(service)).toEqual(new Set(['2.0.0']))
    })

    it('refuses weights that make no sense, and changes nothing', async () => {
      const service = await deployed()
      await expect(target.route(service, { stable: 90 }, op())).rejects.toMatchObject({ kind: 'Invalid' })
      await expect(target.route(service, { stable: 90, canary: 10 }, op())).rejects.toMatchObject({ kind: 'Refused' })
      expect((await target.current(service)).weights).toEqual({ stable: 100 })
    })

    it('does the same operation once', async () => {
      const service = await withCanary()
      const route = op()
      await target.route(service, { stable: 50, canary: 50 }, route)
      await target.route(service, { stable: 100 }, op())
      await target.route(service, { stable: 50, canary: 50 }, route)
      expect((await target.current(service)).weights.canary ?? 0).toBe(0)
    })

    it('refuses a lower fence, and names both', async () => {
      const service = await deployed()
      await target.route(service, { stable: 100 }, op(7))
      expect((await target.current(service)).fence).toBe(7)
      const late = target.route(service, { stable: 100 }, op(6))
      await expect(late).rejects.toMatchObject({ kind: 'Refused', message: expect.stringMatching(/6.*7/) })
      const apply = target.apply(service, { role: 'canary', release: fixture.release('2.0.0'), instances: 1 }, op(3))
      await expect(apply).rejects.toMatchObject({ kind: 'Refused' })
      await expect(target.remove(service, 'canary', op(3))).rejects.toMatchObject({ kind: 'Refused' })
    })

    it('changes the number of instances of a release', async () => {
      const service = await deployed(1)
      const desired = { role: 'stable', release: fixture.release('1.0.0') } as const
      const more = await target.apply(service, { ...desired, instances: 3 }, op())
      expect(clusterOf(more, 'stable')).toMatchObject({ instances: 3, ready: 3 })
      const fewer = await target.apply(service, { ...desired, instances: 1 }, op())
      expect(clusterOf(fewer, 'stable')).toMatchObject({ instances: 1, ready: 1 })
    })

    it('takes a cluster away only when it has no traffic', async () => {
      const service = await withCanary()
      await target.route(service, { stable: 90, canary: 10 }, op())
      await expect(target.remove(service, 'canary', op())).rejects.toMatchObject({ kind: 'Refused' })
      await target.route(service, { stable: 100 }, op())
      await target.remove(service, 'canary', op())
      expect(clusterOf(await target.current(service), 'canary')).toBeUndefined()
    })

    it('replaces a version with traffic, and leaves nothing of the old one', async () => {
      const service = await deployed(2)
      const state = await target.apply(
        service,
        { role: 'stable', release: fixture.release('2.0.0'), instances: 2 },
        op(),
      )
      expect(state.clusters.map(({ role, release, ready }) => [role, release.version, ready])).toEqual([
        ['stable', '2.0.0', 2],
      ])
      expect(await versions(service)).toEqual(new Set(['2.0.0']))
    })

    it('makes a warm canary stable and keeps the old version warm; and back again', async () => {
      const service = await withCanary()
      await target.route(service, { canary: 100 }, op())
      const promoted = await target.apply(
        service,
        { role: 'stable', release: fixture.release('2.0.0'), instances: 1 },
        op(),
      )
      expect(clusterOf(promoted, 'stable')).toMatchObject({ release: { version: '2.0.0' }, ready: 1 })
      expect(clusterOf(promoted, 'previous')).toMatchObject({ release: { version: '1.0.0' }, ready: 1 })
      expect(clusterOf(promoted, 'canary')).toBeUndefined()
      expect(promoted.weights.stable).toBe(100)
      expect(await versions(service)).toEqual(new Set(['2.0.0']))

      await target.route(service, { previous: 100 }, op())
      expect(await versions(service)).toEqual(new Set(['1.0.0']))
      const back = await target.apply(
        service,
        { role: 'stable', release: fixture.release('1.0.0'), instances: 1 },
        op(),
      )
      expect(clusterOf(back, 'stable')).toMatchObject({ release: { version: '1.0.0' }, ready: 1 })
      expect(back.weights.stable).toBe(100)
      await target.remove(service, 'previous', op())
      expect((await target.current(service)).clusters.map(({ role }) => role)).toEqual(['stable'])
    })

    it('keeps the old version warm when stable has no traffic while it gets another release', async () => {
      const service = await withCanary()
      await target.route(service, { canary: 100 }, op())
      const state = await target.apply(
        service,
        { role: 'stable', release: fixture.release('3.0.0'), instances: 1 },
        op(),
      )
      expect(clusterOf(state, 'stable')).toMatchObject({ release: { version: '3.0.0' } })
      expect(clusterOf(state, 'previous')).toMatchObject({ release: { version: '1.0.0' } })
      expect(await versions(service)).toEqual(new Set(['2.0.0']))
    })

    it('starts a fresh baseline of the very release that is stable', async () => {
      const service = await deployed(1)
      const state = await target.apply(
        service,
        { role: 'baseline', release: fixture.release('1.0.0'), instances: 1 },
        op(),
      )
      expect(clusterOf(state, 'stable')).toMatchObject({ ready: 1 })
      expect(clusterOf(state, 'baseline')).toMatchObject({ ready: 1 })
    })

    it('leaves everything as it was when a release never becomes healthy', async () => {
      const service = await deployed(2)
      const before = await target.current(service)
      for (const role of ['canary', 'stable'] as const) {
        const applied = target.apply(service, { role, release: fixture.broken, instances: 1 }, op())
        await expect(applied).rejects.toMatchObject({ kind: 'ReleaseFailed' })
      }
      expect(await target.current(service)).toMatchObject({ clusters: before.clusters, weights: before.weights })
      expect(await versions(service)).toEqual(new Set(['1.0.0']))
    })
  })
}

function clusterOf(state: ServiceState, role: Role) {
  return state.clusters.find(cluster => cluster.role === role)
}
