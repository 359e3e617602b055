import { describe, expect, it } from 'vitest'
import type { Counts } from '../targets/process/host/protocol.ts'
import { latencyBounds } from '../targets/process/host/router/series.ts'
import type { Query } from './provider.ts'
import { routerProvider } from './router.ts'

const buckets = latencyBounds.length + 1

/** So many requests in the bucket up to each bound (`Infinity` for the slowest). */
function histogram(counts: Record<number, number>): number[] {
  return Array.from({ length: buckets }, (_, i) => counts[latencyBounds[i] ?? Number.POSITIVE_INFINITY] ?? 0)
}

function answering(counts: Partial<Counts> | null) {
  const whole = counts && { requests: 0, failures: 0, bounds: latencyBounds, latencies: [], abandoned: [], ...counts }
  return routerProvider({ counts: async () => whole, ping: () => Promise.reject(new Error('not asked')) })
}

function query(expressions: Record<string, string>): Query {
  const selector = { target: 'eu', service: 'checkout', role: 'canary', version: '2.0.0' } as const
  return { metric: 'm', kind: 'proportion', selector, expressions }
}

const window = { from: 0, to: 10_000 }
const signal = new AbortController().signal
const errors = query({ preset: 'http-errors' })
const slow = (threshold: string) => query({ preset: 'http-slow', threshold })

describe('the metrics of the router', () => {
  it('are failures of all attempts', async () => {
    const provider = answering({ requests: 200, failures: 7 })
    expect(await provider.query(errors, window, signal)).toEqual([{ bad: 7, total: 200 }])
  })

  it('are requests slower than a bound of the histogram', async () => {
    const provider = answering({ requests: 16, latencies: histogram({ 250: 1, 500: 10, 1000: 3, [Infinity]: 2 }) })
    expect(await provider.query(slow('500'), window, signal)).toEqual([{ bad: 5, total: 16 }])
    expect(await provider.query(slow('10000'), window, signal)).toEqual([{ bad: 2, total: 16 }])
  })

  it('count a client that gave up after a longer wait as slow, and ignore one that gave up earlier', async () => {
    const provider = answering({
      requests: 10,
      latencies: histogram({ 5: 10 }),
      abandoned: histogram({ 100: 5, 2500: 3, [Infinity]: 1 }),
    })
    expect(await provider.query(slow('500'), window, signal)).toEqual([{ bad: 4, total: 14 }])
  })

  it('tell no data from no requests', async () => {
    expect(await answering(null).query(errors, window, signal)).toEqual([])
    expect(await answering({}).query(errors, window, signal)).toEqual([{ bad: 0, total: 0 }])
  })

  it('refuse what they cannot tell, and say what they can', async () => {
    const provider = answering({})
    await expect(provider.query(slow('300'), window, signal)).rejects.toThrow(/300 ms; use one of 5, 10, 25, 50, 100/)
    await expect(provider.query(slow('x'), window, signal)).rejects.toThrow(/use one of/)
    await expect(provider.query(query({ preset: 'cpu' }), window, signal)).rejects.toThrow(/no "cpu"/)
    await expect(provider.query(query({ bad: 'x', total: 'y' }), window, signal)).rejects.toThrow(/has the presets/)
  })

  it('are described with whom and when', () => {
    expect(answering({}).describe(slow('500'), window)).toBe(
      'router: requests slower than 500 ms of checkout 2.0.0 (canary) on eu, 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:10.000Z',
    )
  })
})
