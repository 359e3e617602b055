import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import type { Backends } from './backends.ts'
import { clusterHeader } from './headers.ts'
import { metricsOf, type Way } from './recorder.ts'
import { Routing } from './routing.ts'

/** Weights send everything to stable; whoever reaches the canary has steered there. */
function routing(allowed: boolean): Routing {
  const backends = { ready: () => [{}], roleOf: () => 'canary', keyOf: () => 'key' } as unknown as Backends
  const made = new Routing(backends, () => ({ stickyCookie: null, clusterHeader: allowed }))
  made.set({ stable: 100 })
  return made
}

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage

it('a header of a stranger chooses nothing and does not reach the release', () => {
  const steering = request({ [clusterHeader]: 'canary', cookie: 'slipway=key' })
  expect(routing(false).route(steering)).toMatchObject({ role: 'stable', way: 'weighted' })
  expect(steering.headers).not.toHaveProperty(clusterHeader)
})

it('where it may choose, the request carries the label of that', () => {
  expect(routing(true).route(request({ [clusterHeader]: 'canary' }))).toMatchObject({ role: 'canary', way: 'header' })
  expect(routing(true).route(request({ [clusterHeader]: 'nonsense' }))).toMatchObject({ status: 400 })
})

it('a flood of requests that chose their cluster moves nothing that is judged', () => {
  const now = 1_000_000
  let clock = now
  const recorder = metricsOf().recorder('eu', 'web', () => clock)
  const attempts = (way: Way, count: number, outcome: 'answered' | 'failed') => {
    for (let index = 0; index < count; index++)
      recorder.record({ role: 'canary', version: '2', instance: 'a', way, outcome, milliseconds: 5 })
  }
  recorder.expect('canary', '2')
  attempts('weighted', 10, 'answered')
  const seen = () => recorder.counts({ role: 'canary', version: '2', from: now, to: now + 5_000 } as never)
  clock += 10_000
  const before = seen()
  clock = now
  attempts('header', 10_000, 'failed')
  attempts('cookie', 10_000, 'failed')
  clock += 10_000
  expect(before).toMatchObject({ requests: 10, failures: 0 })
  expect(seen()).toEqual(before)
})
