import { describe, expect, it } from 'vitest'
import { Invalid, Unavailable } from '../failures.ts'
import type { MetricProvider, Query } from './provider.ts'
import { type Patience, resilient } from './resilient.ts'

const patience: Patience = { timeout: 200, retries: 2, pause: 1, breakAfter: 5, leaveAlone: 300 }
const query: Query = {
  metric: 'm',
  kind: 'count',
  selector: { target: 't', service: 's', role: 'canary', version: '1' },
  expressions: { query: 'q' },
}
const window = { from: 0, to: 1_000 }
const signal = () => new AbortController().signal

const silent: MetricProvider = { query: async () => [], describe: () => 'q', ping: async () => {} }

/** A provider that answers as told, call by call, and then with the last of them. */
function scripted(...answers: (() => Promise<{ events: number }[]>)[]) {
  let calls = 0
  const inner = { ...silent, query: () => answers[Math.min(calls++, answers.length - 1)]!() }
  const provider = resilient('prom', inner, patience)
  return { ask: () => provider.query(query, window, signal()), ping: () => provider.ping(signal()), calls: () => calls }
}

const down = () => Promise.reject(new Unavailable('metric provider prom cannot be reached'))
const good = async () => [{ events: 1 }]

describe('a resilient provider', () => {
  it('asks again, and gives the answer of the last try', async () => {
    const { ask, calls } = scripted(down, down, good)
    expect(await ask()).toEqual([{ events: 1 }])
    expect(calls()).toBe(3)
  })

  it('takes "no data" for an answer', async () => {
    const { ask, calls } = scripted(async () => [])
    expect(await ask()).toEqual([])
    expect(calls()).toBe(1)
  })

  it('does not ask again what makes no sense, nor hold it against the provider', async () => {
    const { ask, calls } = scripted(() => Promise.reject(new Invalid('parse error')))
    for (let n = 1; n <= 20; n++) {
      await expect(ask()).rejects.toThrow('parse error')
      expect(calls()).toBe(n)
    }
  })

  it('leaves one alone that only fails, says why, and tries it again later', async () => {
    const answers = [down]
    const { ask, calls } = scripted(() => answers[0]!())
    for (let n = 0; n < 2; n++) await expect(ask()).rejects.toThrow()
    const before = calls()
    expect(before).toBe(5)
    await expect(ask()).rejects.toThrow(
      'metric provider prom failed 5 times in a row and is left alone for 0 s; the last time: metric provider prom cannot be reached',
    )
    await expect(ask()).rejects.toBeInstanceOf(Unavailable)
    expect(calls()).toBe(before)
    answers[0] = good as never
    await expect.poll(() => ask().catch(() => null), { timeout: 10_000 }).toEqual([{ events: 1 }])
  })

  it('spends no more retries than it has answers for', async () => {
    let calls = 0
    const failing = () => {
      calls += 1
      return down()
    }
    const provider = resilient('prom', { ...silent, query: failing }, { ...patience, breakAfter: 1_000 })
    for (let n = 0; n < 30; n++) await expect(provider.query(query, window, signal())).rejects.toThrow()
    expect(calls).toBe(30 + 10)
  })

  it('ends one that hangs, whether it listens or not', async () => {
    const { ask } = scripted(() => new Promise(() => {}))
    await expect(ask()).rejects.toThrow(/metric provider prom did not answer within 0.2 s/)
    const aborted = AbortSignal.abort()
    const hanging = resilient('prom', { ...silent, query: () => new Promise(() => {}) })
    await expect(hanging.query(query, window, aborted)).rejects.toThrow()
  })
})
