import { expect, test } from 'vitest'
import { component } from '../components.ts'
import { schemathesis } from '../proof/schemathesis.ts'

test.skipIf(component('schemathesis') === null)(
  'the API does what its description says, asked well and badly (slice of the proof)',
  { timeout: 300_000 },
  async () => {
    const { requests } = await schemathesis.run({ seed: 7, rounds: 500, log: () => {} })
    expect(requests).toBeGreaterThan(500)
  },
)
