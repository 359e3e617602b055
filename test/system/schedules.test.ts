import { expect, test } from 'vitest'
import { runSchedules, someSchedules } from '../proof/schedules.ts'

test('whatever people do to runs, and whenever, every invariant holds (slice of the proof)', async () => {
  const seed = 20261125
  const all = someSchedules(seed, 12)
  const figures = await runSchedules(all, { seed, atOnce: 6, log: line => console.error(line) })
  expect(figures).toMatchObject({ schedules: all.length, violations: 0 })
}, 900_000)
