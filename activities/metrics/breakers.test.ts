import { expect, test } from 'vitest'
import { Unavailable } from '../failures.ts'
import { createBreakers } from './breakers.ts'
import type { Query } from './provider.ts'
import { type Patience, resilient } from './resilient.ts'

const patience: Patience = { timeout: 200, retries: 0, pause: 1, breakAfter: 2, leaveAlone: 20 }
const query: Query = {
  metric: 'm',
  kind: 'count',
  selector: { target: 't', service: 's', role: 'canary', version: '1' },
  expressions: { query: 'q' },
}

test('a breaker tells how it stands, since when, and why it opened', async () => {
  const breakers = createBreakers(() => new Date('2026-03-01T10:00:00Z'))
  let fails = true
  const inner = {
    query: async () => {
      if (fails) throw new Unavailable('prom cannot be reached')
      return []
    },
    describe: () => 'q',
    ping: async () => {},
  }
  const provider = resilient('prom', inner, { ...patience, breakers })
  const ask = () => provider.query(query, { from: 0, to: 1_000 }, new AbortController().signal)
  expect(breakers.list()).toEqual([{ name: 'prom', state: 'closed', since: null, lastFailure: null }])
  for (let n = 0; n < 2; n += 1) await expect(ask()).rejects.toThrow()
  const opened = { since: '2026-03-01T10:00:00.000Z', lastFailure: 'prom cannot be reached' }
  expect(breakers.list()).toEqual([{ name: 'prom', state: 'open', ...opened }])
  fails = false
  await expect.poll(ask, { timeout: 30_000 }).toEqual([])
  expect(breakers.list()).toEqual([{ name: 'prom', state: 'closed', ...opened }])
})
