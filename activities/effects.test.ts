import { describe, expect, it } from 'vitest'
import { v1, v2 } from '../test/fakes/pipelines.ts'
import { fakeTarget } from '../test/fakes/target.ts'
import { keeping, lettingGo, routeAndCheck } from './effects.ts'

const attempt = { number: 1, signal: new AbortController().signal, heartbeat: () => {} }
const request = { target: 'eu', service: 'checkout', id: 'op', fence: 1 }
const op = { id: 'set up', fence: 1, signal: attempt.signal, progress: () => {} }

async function withCanary() {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  await target.apply('checkout', { role: 'canary', release: v2, instances: 1 }, op)
  return target
}

describe('routing', () => {
  it('answers with what the router does', async () => {
    const target = await withCanary()
    const weights = { stable: 90, canary: 10 }
    const state = await routeAndCheck(target, { ...request, weights, lease: null }, attempt)
    expect(state.weights).toEqual(weights)
  })

  it('is done again when it was done long ago and its lease ran out since', async () => {
    const target = await withCanary()
    const weights = { stable: 90, canary: 10 }
    await routeAndCheck(target, { ...request, weights, lease: null }, attempt)
    await target.route('checkout', { stable: 100 }, { ...op, id: 'the lease ran out' })
    const state = await routeAndCheck(target, { ...request, weights, lease: null }, attempt)
    expect(state.weights).toEqual(weights)
  })

  it('fails, to be tried again, while the router does something else', async () => {
    const target = await withCanary()
    const stubborn = { ...target, current: async () => ({ ...target.state('checkout'), weights: { stable: 100 } }) }
    const weights = { canary: 100 }
    await expect(routeAndCheck(stubborn, { ...request, weights, lease: null }, attempt)).rejects.toThrow(
      'the router of checkout on eu does stable 100 % instead of canary 100 %',
    )
  })
})

describe('work that takes long', () => {
  it('renews the lease of the weights in force, each time under a name of its own', async () => {
    const target = await withCanary()
    const keep = { weights: { stable: 90, canary: 10 }, lease: 60 }
    const work = () => new Promise(resolve => setTimeout(resolve, 130))
    await keeping(work, { keep, target, request, attempt })
    const renewals = target.done.filter(({ verb }) => verb === 'route')
    expect(renewals.length).toBeGreaterThanOrEqual(3)
    expect(target.repeated).toEqual([])
    const before = renewals.length
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(target.done.filter(({ verb }) => verb === 'route')).toHaveLength(before)
  })

  it('renews nothing any more once it was canceled, though it never ends', async () => {
    const target = await withCanary()
    const keep = { weights: { stable: 90, canary: 10 }, lease: 30 }
    const stopping = new AbortController()
    const forever = () => new Promise<never>(() => {})
    void keeping(forever, { keep, target, request, attempt: { ...attempt, signal: stopping.signal } })
    const renewals = () => target.done.filter(({ verb }) => verb === 'route').length
    await expect.poll(renewals).toBeGreaterThan(2)
    stopping.abort()
    const before = renewals()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(renewals()).toBe(before)
  })

  it('does not end because a renewal fails', async () => {
    const target = await withCanary()
    target.fail = verb => (verb === 'route' ? 'no' : null)
    const keep = { weights: { stable: 90, canary: 10 }, lease: 30 }
    const work = () => new Promise(resolve => setTimeout(() => resolve('done'), 50))
    await expect(keeping(work, { keep, target, request, attempt })).resolves.toBe('done')
  })
})

describe('work that is canceled', () => {
  it('may still end well', async () => {
    const stop = new AbortController()
    const work = new Promise(resolve => stop.signal.addEventListener('abort', () => resolve('cleaned up')))
    const result = lettingGo(work, stop.signal, 1_000)
    stop.abort()
    await expect(result).resolves.toBe('cleaned up')
  })

  it('is left alone when it does not let go', async () => {
    const stop = new AbortController()
    const result = lettingGo(new Promise(() => {}), stop.signal, 10)
    stop.abort()
    await expect(result).rejects.toThrow('did not let go')
  })
})
