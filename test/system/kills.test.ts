import { expect, test } from 'vitest'
import { kills } from '../proof/kills.ts'

test('whatever is killed in mid-canary, every run ends as it should and no request is lost (slice of the proof)', {
  timeout: 600_000,
}, async () => {
  const lines: string[] = []
  const figures = await kills.run({ seed: 20261123, rounds: 6, log: line => lines.push(line) })
  expect(figures).toMatchObject({ rounds: 6, lost: 0, doubled: 0 })
  expect(lines).toHaveLength(6)
})
