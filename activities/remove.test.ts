import { expect, it } from 'vitest'
import { v1, v2 } from '../test/fakes/pipelines.ts'
import { fakeTarget } from '../test/fakes/target.ts'
import { remove } from './remove.ts'
import type { RemoveRequest } from './requests.ts'

const request: RemoveRequest = {
  ...{ target: 'eu', service: 'checkout', id: 'canary', fence: 2, role: 'canary' },
  also: [{ id: 'baseline', role: 'baseline' }],
  last: { id: 'previous', role: 'previous' },
}

async function withAll() {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  const op = { fence: 1, signal: new AbortController().signal, progress: () => {} }
  for (const role of ['canary', 'baseline', 'previous'] as const)
    await target.apply('checkout', { role, release: v2, instances: 1 }, { ...op, id: `apply-${role}` })
  return target
}

const left = (target: Awaited<ReturnType<typeof withAll>>) => target.state('checkout').clusters.map(({ role }) => role)

it('ends all it is asked to end, the last one when the others are gone', async () => {
  const target = await withAll()
  await remove(target, request, { number: 1, signal: new AbortController().signal, heartbeat: () => {} })
  expect(left(target)).toEqual(['stable'])
  expect(target.done.at(-1)!.what).toBe('previous')
})

it('leaves the last one when it is canceled meanwhile, and when one of the others is still there', async () => {
  const canceled = await withAll()
  const stop = new AbortController()
  canceled.fail = (_, what) => {
    if (what === 'baseline') stop.abort(new Error('canceled'))
    return null
  }
  const attempt = { number: 1, signal: stop.signal, heartbeat: () => {} }
  await expect(remove(canceled, request, attempt)).rejects.toThrow('canceled')
  expect(left(canceled)).toEqual(['stable', 'previous'])

  const stuck = await withAll()
  stuck.fail = (_, what) => (what === 'canary' ? 'it does not end' : null)
  const going = { number: 1, signal: new AbortController().signal, heartbeat: () => {} }
  await expect(remove(stuck, request, going)).rejects.toThrow('it does not end')
  expect(left(stuck)).toEqual(['stable', 'canary', 'previous'])
})
