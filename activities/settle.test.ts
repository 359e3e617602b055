import { describe, expect, it } from 'vitest'
import { v1, v2 } from '../test/fakes/pipelines.ts'
import { fakeTarget } from '../test/fakes/target.ts'
import { settle } from './settle.ts'

const attempt = { number: 1, signal: new AbortController().signal, heartbeat: () => {} }
const request = { target: 'eu', service: 'checkout', id: 'settle/9', fence: 9, warmUntil: null }
const op = { fence: 1, signal: attempt.signal, progress: () => {} }

/** A run died with a canary and a baseline at 50 % each. */
async function abandonedCanary() {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  await target.apply('checkout', { role: 'canary', release: v2, instances: 2 }, { ...op, id: '1' })
  await target.apply('checkout', { role: 'baseline', release: v1, instances: 2 }, { ...op, id: '2' })
  await target.route('checkout', { baseline: 50, canary: 50 }, { ...op, id: '3' })
  return target
}

/** A run died in its bake: the new version is stable, the old one is warm. */
async function abandonedBake() {
  const target = await abandonedCanary()
  await target.route('checkout', { canary: 100 }, { ...op, id: '4' })
  await target.apply('checkout', { role: 'stable', release: v2, instances: 4 }, { ...op, id: '5' })
  return target
}

const roles = (target: ReturnType<typeof fakeTarget>) =>
  target
    .state('checkout')
    .clusters.map(({ role, release }) => `${role} ${release.version}`)
    .sort()

describe('settling a service whose writer is gone', () => {
  it('returns traffic to stable first, then removes the rest', async () => {
    const target = await abandonedCanary()
    const before = target.done.length
    const told = await settle(target, request, attempt, 0)
    expect(target.done.slice(before).map(({ what }) => what)).toEqual(['stable 100', 'canary', 'baseline'])
    expect(told).toBe('all traffic is on 1.0.0; removed: canary, baseline')
  })

  it('keeps the old version while it is to be warm, and removes it after', async () => {
    const target = await abandonedBake()
    await settle(target, { ...request, warmUntil: 1_000 }, attempt, 500)
    expect(roles(target)).toEqual(['previous 1.0.0', 'stable 2.0.0'])
    await settle(target, { ...request, id: 'settle/10', warmUntil: 1_000 }, attempt, 1_000)
    expect(roles(target)).toEqual(['stable 2.0.0'])
  })

  it('goes back to the old version when the new one is not healthy', async () => {
    const target = await abandonedBake()
    const current = target.current
    target.current = async service => {
      const state = await current(service)
      const sick = state.clusters.map(one => (one.release.version === '2.0.0' ? { ...one, ready: 0 } : one))
      return { ...state, clusters: sick }
    }
    await settle(target, request, attempt, 0)
    expect(roles(target)).toEqual(['stable 1.0.0'])
    expect(target.state('checkout').weights).toEqual({ stable: 100 })
  })

  it('changes nothing when all is well, or nothing is there', async () => {
    const target = fakeTarget()
    expect(await settle(target, { ...request, service: 'none' }, attempt, 0)).toBe('there was nothing to settle')
    target.seed('checkout', v1, 4)
    await settle(target, request, attempt, 0)
    expect(target.done).toEqual([])
  })
})
