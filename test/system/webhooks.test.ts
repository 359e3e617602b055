import { expect, test } from 'vitest'
import { webhooks } from '../proof/webhooks.ts'

// Mutations that make it fail: a key of the order that is random; answers that are kept before the runs are started.
test('each webhook is one run, whatever is sent twice and whenever the server is killed (slice of the proof)', {
  timeout: 300_000,
}, async () => {
  const figures = await webhooks.run({ seed: 20261125, rounds: 60, log: () => {} })
  expect(figures).toMatchObject({ rounds: 60, sent: 180, kills: 2, executions: 60 })
})
