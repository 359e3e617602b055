import { expect, test } from 'vitest'
import { longCanary } from '../proof/long-canary.ts'

test('600 looks of a long canary stay small (slice of the proof)', { timeout: 60_000 }, async () => {
  const lines: string[] = []
  const figures = await longCanary.run({ seed: 1, rounds: 600, log: line => lines.push(line) })
  expect(figures).toMatchObject({ looks: 600, runs: 2 })
  expect(lines).toHaveLength(1)
})
