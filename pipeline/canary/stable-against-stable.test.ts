import { expect, test } from 'vitest'
import { type SameRelease, stableAgainstStable } from './stable-against-stable.ts'

const share = (bad: number, total = 100) => ({ bad, total })
const seen = (look: number, change: Partial<SameRelease> = {}): SameRelease => ({
  ...{ look, metric: 'errors', baseline: share(look), stable: share(9, 900), exposure: null },
  ...change,
})

test('the fresh side plays the canary beside stable, look by look in order', () => {
  expect(stableAgainstStable([seen(2), seen(1)])).toEqual([
    { baseline: { errors: share(9, 900) }, canary: { errors: share(1) } },
    { baseline: { errors: share(9, 900) }, canary: { errors: share(2) } },
  ])
})

test('counts keep the exposure of both sides', () => {
  const events = { baseline: { events: 1 }, stable: { events: 8 }, exposure: { baseline: 5, canary: 6, stable: 90 } }
  const [interval] = stableAgainstStable([seen(1), seen(1, { metric: 'restarts', ...events })])
  expect(interval!.exposure).toEqual({ baseline: 90, canary: 5 })
  expect(interval!.canary).toEqual({ errors: share(1), restarts: { events: 1 } })
})

test('looks without the stable cluster say nothing; one that could not be read stays an error', () => {
  const { stable, ...without } = seen(1)
  expect(stable).toBeDefined()
  expect(stableAgainstStable([without])).toEqual([])
  const [interval] = stableAgainstStable([without, seen(2, { stable: { error: 'down' } })])
  expect(interval!.baseline).toEqual({ errors: { error: 'down' } })
})
