import { expect, it } from 'vitest'
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

function seeded(instances = 4) {
  const target = fakeTarget()
  target.seed('checkout', v1, instances)
  return target
}

it('makes room before it routes, and does nothing twice when its answer was lost', async () => {
  const target = seeded()
  const { weights } = await shift(target, request, attempt)
  expect(weights).toEqual(request.weights)
  const done = ['canary 2.0.0 x1', 'baseline 1.0.0 x1', 'stable 80, baseline 10, canary 10']
  expect(target.done.map(({ what }) => what)).toEqual(done)
  expect((await shift(target, request, { ...attempt, number: 2 })).weights).toEqual(request.weights)
  expect(target.done.map(({ what }) => what)).toEqual(done)
})

it('makes as much room as the stable instances need that were added meanwhile', async () => {
  const target = seeded(30)
  const { clusters } = await shift(target, request, attempt)
  expect(clusters.filter(({ role }) => role !== 'stable').map(({ instances }) => instances)).toEqual([3, 3])
})

it('leaves the weights alone when there is no room, and tells a baseline that does not start from a bad release', async () => {
  for (const [version, kind, message] of [
    ['2.0.0', 'ReleaseFailed', '2.0.0 never became healthy'],
    ['1.0.0', 'Refused', 'no baseline to compare with: 1.0.0 never became healthy'],
  ] as const) {
    const target = seeded()
    target.broken.add(version)
    await expect(shift(target, request, attempt)).rejects.toMatchObject({ kind, message })
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
  await expect(shift(target, all, attempt)).rejects.toThrow('its worker was gone')
  target.fail = () => null
  expect((await shift(target, all, { ...attempt, number: 2 })).weights).toEqual({ canary: 100 })
  const done = ['canary 2.0.0 x1', 'stable 75, canary 25', 'stable 50, canary 50', 'canary 2.0.0 x4', 'canary 100']
  expect(target.done.map(({ what }) => what)).toEqual(done)
})
