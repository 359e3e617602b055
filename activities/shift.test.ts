import { describe, expect, it } from 'vitest'
import { v1, v2 } from '../test/fakes/pipelines.ts'
import { fakeTarget } from '../test/fakes/target.ts'
import type { Room, ShiftRequest } from './requests.ts'
import { shift } from './shift.ts'

const canary: Room = { id: 'canary', role: 'canary', release: v2, instances: 1, share: { weight: 10, of: 4 } }
const baseline: Room = { id: 'baseline', role: 'baseline', release: v1, instances: 1, share: { weight: 10, of: 4 } }
const request: ShiftRequest = {
  ...{ target: 'eu', service: 'checkout', id: 'shift', fence: 2, lease: null },
  room: [canary, baseline],
  keep: null,
  weights: { stable: 80, baseline: 10, canary: 10 },
}
const attempt = { number: 1, signal: new AbortController().signal, heartbeat: () => {} }

const usual = { instances: () => 3 }

function seeded(instances = 4) {
  const target = fakeTarget()
  target.seed('checkout', v1, instances)
  return target
}

it('makes room before it routes, and does nothing twice when its answer was lost', async () => {
  const target = seeded()
  const { weights } = await shift(target, request, attempt, usual)
  expect(weights).toEqual(request.weights)
  const done = ['canary 2.0.0 x1', 'baseline 1.0.0 x1', 'stable 80, baseline 10, canary 10']
  expect(target.done.map(({ what }) => what)).toEqual(done)
  expect((await shift(target, request, { ...attempt, number: 2 }, usual)).weights).toEqual(request.weights)
  expect(target.done.map(({ what }) => what)).toEqual(done)
})

it('makes as much room as the stable instances need that were added meanwhile', async () => {
  const target = seeded(30)
  const { clusters } = await shift(target, request, attempt, usual)
  expect(clusters.filter(({ role }) => role !== 'stable').map(({ instances }) => instances)).toEqual([3, 3])
})

it('leaves the weights alone when there is no room, and tells a baseline that does not start from a bad release', async () => {
  for (const [version, kind, message] of [
    ['2.0.0', 'ReleaseFailed', '2.0.0 never became healthy'],
    ['1.0.0', 'Refused', 'no baseline to compare with: 1.0.0 never became healthy'],
  ] as const) {
    const target = seeded()
    target.broken.add(version)
    await expect(shift(target, request, attempt, usual)).rejects.toMatchObject({ kind, message })
    expect(target.state('checkout').weights).toEqual({ stable: 100 })
  }
})

it('goes through changes that follow at once, and does not bring traffic back when it begins anew', async () => {
  const target = seeded()
  const all: ShiftRequest = {
    ...{ ...request, room: [canary], weights: { stable: 75, canary: 25 } },
    further: [
      { id: 'half', room: [], keep: null, lease: null, weights: { stable: 50, canary: 50 } },
      { id: 'all', room: [{ ...canary, id: 'more', instances: 4 }], keep: null, lease: null, weights: { canary: 100 } },
    ],
  }
  target.fail = (_, what) => (what === 'canary 2.0.0 x4' ? 'its worker was gone' : null)
  await expect(shift(target, all, attempt, usual)).rejects.toThrow('its worker was gone')
  target.fail = () => null
  expect((await shift(target, all, { ...attempt, number: 2 }, usual)).weights).toEqual({ canary: 100 })
  const done = ['canary 2.0.0 x1', 'stable 75, canary 25', 'stable 50, canary 50', 'canary 2.0.0 x4', 'canary 100']
  expect(target.done.map(({ what }) => what)).toEqual(done)
})

it('starts as many as the target is configured to start with where nobody says how many, and recreates where it is asked to', async () => {
  const target = fakeTarget()
  const first: Room = { id: 'first', role: 'stable', release: v1, instances: null }
  const { clusters } = await shift(target, { ...request, room: [first], weights: { stable: 100 } }, attempt, usual)
  expect(clusters).toMatchObject([{ role: 'stable', instances: 3 }])
  const asked: unknown[] = []
  const { apply } = target
  target.apply = async (service, wanted, op) => {
    asked.push(wanted)
    return apply(service, wanted, op)
  }
  const anew: Room = { id: 'anew', role: 'stable', release: v2, instances: 4, recreate: true }
  await shift(target, { ...request, id: 'again', room: [anew], weights: { stable: 100 } }, attempt, usual)
  expect(asked).toEqual([{ role: 'stable', release: v2, instances: 4, recreate: true }])
})

describe('a promotion', () => {
  const all = { id: 'all', room: [{ ...canary, id: 'more', instances: 4 }], weights: { canary: 100 } }
  const stable = { id: 'stable', room: [{ ...canary, id: 'new', role: 'stable' as const, instances: 4 }] }
  const promotion: ShiftRequest = {
    ...{ ...request, ...all },
    further: [{ keep: null, lease: null, ...stable, weights: { stable: 100 } }],
    removal: { roles: [{ id: 'remove', role: 'canary' }], last: { id: 'remove-old', role: 'previous' } },
    tellAfter: 1_000,
  }
  const replaced = ['canary 2.0.0 x4', 'canary 100', 'stable 2.0.0 x4', 'stable 100']
  /** A target on which every change of weights takes that long. */
  function slow(seconds: number) {
    const target = seeded()
    let time = 0
    const { route } = target
    target.route = async (...change) => {
      await route(...change)
      time += seconds * 1_000
    }
    return { target, now: () => time, done: () => target.done.map(({ what }) => what) }
  }

  it('that is quick ends with what is left removed, the old version last', async () => {
    const { target, now, done } = slow(0.1)
    const { left, removed } = await shift(target, promotion, attempt, { ...usual, now })
    expect({ left, removed }).toEqual({ left: undefined, removed: true })
    expect(done()).toEqual([...replaced, 'canary', 'previous'])
  })

  it('that is slow tells every change soon after it is made, and leaves the rest', async () => {
    const { target, now, done } = slow(2)
    expect(await shift(target, promotion, attempt, { ...usual, now })).toMatchObject({
      left: 1,
      weights: { canary: 100 },
    })
    expect(done()).toEqual(replaced.slice(0, 2))
    const { further, ...rest } = { ...promotion, ...promotion.further![0]! }
    const state = await shift(target, rest, attempt, { ...usual, now })
    expect(state).toMatchObject({ weights: { stable: 100 } })
    expect(state).not.toHaveProperty('removed')
    expect(done()).toEqual(replaced)
  })

  it('whose next change takes long tells the one before it all the same, and goes on with the next where it is', async () => {
    const { target, done } = slow(0)
    const started = Promise.withResolvers<void>()
    const ids: string[] = []
    const { apply } = target
    target.apply = async (service, wanted, op) => {
      if (wanted.role !== 'stable') return apply(service, wanted, op)
      ids.push(op.id)
      if (ids.length === 1) await new Promise((_, reject) => op.signal.addEventListener('abort', reject))
      await started.promise
      return apply(service, wanted, op)
    }
    const brief = { ...promotion, tellAfter: 10 }
    expect(await shift(target, brief, attempt, usual)).toMatchObject({ left: 1, weights: { canary: 100 } })
    expect(done()).toEqual(replaced.slice(0, 2))
    started.resolve()
    const { further, ...rest } = { ...promotion, ...promotion.further![0]! }
    expect(await shift(target, rest, attempt, usual)).toMatchObject({ removed: true, weights: { stable: 100 } })
    expect(ids).toEqual(['new', 'new'])
  })

  it('whose next change fails says so, and not that it takes long', async () => {
    const { target } = slow(0)
    target.fail = (_, what) => (what === 'stable 2.0.0 x4' ? 'it never became healthy' : null)
    await expect(shift(target, promotion, attempt, usual)).rejects.toThrow('it never became healthy')
  })

  it('that nobody asked to be told of goes on to the end, however long it takes', async () => {
    const { target, now, done } = slow(60)
    const { tellAfter, ...patient } = promotion
    expect(await shift(target, patient, attempt, { ...usual, now })).toMatchObject({ removed: true })
    expect(done()).toEqual([...replaced, 'canary', 'previous'])
  })

  it('that is canceled makes no further change, and says what is in force', async () => {
    const canceled = new AbortController()
    const { target, now, done } = slow(0)
    const { route } = target
    target.route = async (...change) => {
      await route(...change)
      canceled.abort()
    }
    const state = await shift(target, promotion, { ...attempt, signal: canceled.signal }, { ...usual, now })
    expect(state).toMatchObject({ left: 1, weights: { canary: 100 } })
    expect(done()).toEqual(replaced.slice(0, 2))
  })

  it('that cannot remove what is left is a promotion all the same', async () => {
    const { target, now } = slow(0)
    target.fail = (_, what) => (what === 'canary' ? 'it does not go' : null)
    const state = await shift(target, promotion, attempt, { ...usual, now })
    expect(state).toMatchObject({ weights: { stable: 100 } })
    expect(state).not.toHaveProperty('removed')
  })

  it('that begins anew after its lease has run out replaces nothing that serves', async () => {
    const { target, now, done } = slow(0)
    target.fail = (_, what) => (what === 'stable 2.0.0 x4' ? 'its worker was gone' : null)
    await expect(shift(target, promotion, attempt, { ...usual, now })).rejects.toThrow('its worker was gone')
    target.fail = () => null
    // As the target does it by itself.
    await target.route('checkout', { stable: 100 }, { id: 'lapsed', fence: 2, ...attempt, progress: () => {} })
    const weights: unknown[] = []
    const { apply } = target
    target.apply = async (service, wanted, op) => {
      if (wanted.role === 'stable') weights.push(target.state('checkout').weights)
      return apply(service, wanted, op)
    }
    await shift(target, promotion, { ...attempt, number: 2 }, { ...usual, now })
    expect(weights).toEqual([{ canary: 100 }])
    expect(done().slice(-4)).toEqual(['stable 2.0.0 x4', 'stable 100', 'canary', 'previous'])
  })
})
