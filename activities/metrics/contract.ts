import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Failure } from '../failures.ts'
import type { MetricProvider, Query, Window } from './provider.ts'

/** A provider with something to tell, for the suite below. */
export interface ProviderFixture {
  provider: MetricProvider
  /** Data exist for this query in this window. */
  present: { query: Query; window: Window }
  /** The source knows of the subject, and nothing happened: a sample, with zero in it. */
  zero: { query: Query; window: Window }
  /** The source knows nothing at all. */
  absent: { query: Query; window: Window }
  /** The source refuses or cannot understand it. */
  nonsense: Query
  /** From now on the source cannot be reached. */
  breakSource(): Promise<void>
  close(): Promise<void>
}

/** What holds of every metric provider: "no data", "zero" and "failed" are three answers. */
export function metricProviderContract(name: string, open: () => Promise<ProviderFixture>): void {
  describe(`${name} as a metric provider`, () => {
    let fixture: ProviderFixture
    const signal = () => new AbortController().signal
    beforeAll(async () => {
      fixture = await open()
    })
    afterAll(() => fixture?.close())

    it('answers with samples of finite numbers', async () => {
      const { query, window } = fixture.present
      const samples = await fixture.provider.query(query, window, signal())
      expect(samples.length).toBeGreaterThan(0)
      for (const value of samples.flatMap(numbersOf)) expect(Number.isFinite(value)).toBe(true)
    })

    it('gives the same answer to the same question', async () => {
      const { query, window } = fixture.present
      const first = await fixture.provider.query(query, window, signal())
      expect(await fixture.provider.query(query, window, signal())).toEqual(first)
    })

    it('tells zero from no data', async () => {
      const zero = await fixture.provider.query(fixture.zero.query, fixture.zero.window, signal())
      expect(zero.flatMap(numbersOf).length).toBeGreaterThan(0)
      expect(zero.flatMap(numbersOf).every(value => value === 0)).toBe(true)
      expect(await fixture.provider.query(fixture.absent.query, fixture.absent.window, signal())).toEqual([])
    })

    it('says what it cannot understand', async () => {
      const asked = fixture.provider.query(fixture.nonsense, fixture.present.window, signal())
      const error = await asked.then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(Failure)
    })

    it('describes a query as it is sent', () => {
      const { query, window } = fixture.present
      expect(fixture.provider.describe(query, window).length).toBeGreaterThan(0)
    })

    it('answers a ping', async () => {
      await fixture.provider.ping(signal())
    })

    it('fails, and does not say "no data", when its source cannot be reached', async () => {
      await fixture.breakSource()
      const { query, window } = fixture.present
      const asked = fixture.provider.query(query, window, signal())
      await expect(asked).rejects.toMatchObject({ kind: 'Unavailable' })
      await expect(fixture.provider.ping(signal())).rejects.toMatchObject({ kind: 'Unavailable' })
    })
  })
}

function numbersOf(sample: object): number[] {
  return Object.values(sample).flat().map(Number)
}
