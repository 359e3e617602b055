import type { MetricKind } from '../../pipeline/canary/judge.ts'
import { Invalid } from '../failures.ts'
import type { MetricProvider, Query, Sample, Window } from './provider.ts'

/** How the points of a window become one number: events add up, values are averaged. */
export type Fold = 'sum' | 'mean'

/** A system that answers a query with one number; null is "no data". */
export interface Numbers {
  number(expression: string, window: Window, how: { fold: Fold; signal: AbortSignal }): Promise<number | null>
  /** Counts per bucket, the overflow last; a system without it says so. */
  histogram?(query: Query, window: Window, signal: AbortSignal): Promise<Sample[]>
}

/** The four kinds of metrics from single numbers: a share needs two, of which none may be missing. */
export function numbersProvider(
  who: string,
  { number, histogram }: Numbers,
  rest: Pick<MetricProvider, 'ping' | 'language'>,
): MetricProvider {
  type Read = (query: Query, window: Window, signal: AbortSignal) => Promise<Sample[]>
  const read: Record<MetricKind, Read> = {
    async proportion(query, window, signal) {
      const [bad, total] = await Promise.all([
        number(expressionOf(query, 'bad'), window, { fold: 'sum', signal }),
        number(expressionOf(query, 'total'), window, { fold: 'sum', signal }),
      ])
      return bad === null || total === null ? [] : [{ bad, total }]
    },
    async count(query, window, signal) {
      const events = await number(expressionOf(query, 'query'), window, { fold: 'sum', signal })
      return events === null ? [] : [{ events }]
    },
    async series(query, window, signal) {
      const value = await number(expressionOf(query, 'query'), window, { fold: 'mean', signal })
      return value === null ? [] : [{ value }]
    },
    async histogram(query, window, signal) {
      if (histogram) return histogram(query, window, signal)
      throw new Invalid(`${who} has no histograms; judge the share of slow requests as a "proportion"`)
    },
  }
  return {
    ...rest,
    query: (query, window, signal) => read[query.kind](query, window, signal),
    describe: (query, window) =>
      `${Object.values(query.expressions).join(' / ')} @ ${new Date(window.to).toISOString()}`,
  }
}

/** One number of the points of a window; what is missing in them is left out, and nothing at all is "no data". */
export function folded(points: readonly (number | null)[], fold: Fold): number | null {
  const known = points.filter((point): point is number => point !== null && Number.isFinite(point))
  if (known.length === 0) return null
  const sum = known.reduce((total, point) => total + point, 0)
  return fold === 'sum' ? sum : sum / known.length
}

/** The only one of several series; more are an error that says so. */
export function only<T>(who: string, series: readonly T[], expression: string): T | null {
  if (series.length <= 1) return series[0] ?? null
  throw new Invalid(`${who}: ${expression} gives ${series.length} series; aggregate it to one, for example by a sum`)
}

export function expressionOf(query: Query, purpose: string): string {
  const expression = query.expressions[purpose]
  if (expression === undefined) throw new Invalid(`metric ${query.metric} has no ${purpose} query`)
  return expression
}
