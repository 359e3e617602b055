import { expect, test } from 'vitest'
import { runSchedules, someSchedules } from '../proof/schedules.ts'

test('whatever people do to runs, and whenever, every invariant holds (slice of the proof)', async () => {
  const seed = 20261125
  const all = someSchedules(seed, 20)
  const figures = await runSchedules(all, { seed, log: line => console.error(line) })
  expect(figures).toMatchObject({ schedules: all.length, violations: 0 })
}, 420_000)
