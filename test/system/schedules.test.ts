import { expect, test } from 'vitest'
import { schedules } from '../proof/schedules.ts'

test('whatever people do to runs, and whenever, every invariant holds (slice of the proof)', async () => {
  const figures = await schedules.run({ seed: 20261125, rounds: 20, log: line => console.error(line) })
  expect(figures).toMatchObject({ schedules: 20, violations: 0 })
}, 300_000)
