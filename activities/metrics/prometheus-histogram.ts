import { z } from 'zod'
import { Invalid } from '../failures.ts'
import type { Element } from './prometheus.ts'

/** A native histogram: how each bucket's edges belong to it, its edges, and how many are in it. */
export const histogramElement = z.tuple([
  z.number(),
  z.object({
    count: z.string(),
    sum: z.string(),
    buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).default([]),
  }),
])

/**
 * Counts per bucket, overflow last, from cumulative `le` buckets or from one native histogram; null is "no data". With
 * `bounds` they are those of the metric: classic buckets must have each, a native one is split where a bound cuts it, in
 * proportion, as Prometheus's own `histogram_fraction` does.
 */
export function histogramCounts(
  what: string,
  elements: readonly Element[],
  bounds: readonly number[] | undefined,
): number[] | null {
  const [first] = elements
  if (first === undefined) return null
  if (first.histogram === undefined) return classic(what, elements, bounds)
  if (elements.length > 1) throw new Invalid(`${what} gives ${elements.length} histograms; aggregate them with sum(…)`)
  if (bounds === undefined) throw new Invalid(`${what} gives a native histogram, which needs the metric's bounds`)
  return native(first.histogram[1], bounds)
}

function classic(what: string, elements: readonly Element[], bounds: readonly number[] | undefined): number[] | null {
  const cumulative = elements
    .map(({ metric, value }) => ({ bound: le(what, metric), count: Number(value?.[1]) }))
    .sort((a, b) => a.bound - b.bound)
  if (cumulative.at(-1)?.bound !== Number.POSITIVE_INFINITY)
    throw new Invalid(`${what} has no bucket le="+Inf"; sum by (le) over the _bucket series`)
  if (cumulative.some(({ count }) => !Number.isFinite(count))) return null
  const edges = bounds === undefined ? cumulative.map(({ bound }) => bound) : [...bounds, Number.POSITIVE_INFINITY]
  const upTo = edges.map(edge => {
    const found = cumulative.find(({ bound }) => bound === edge)
    if (found !== undefined) return found.count
    const known = cumulative.map(({ bound }) => bound).filter(Number.isFinite)
    throw new Invalid(`${what} has no bucket le="${edge}"; it has ${known.join(', ')}`)
  })
  return upTo.map((count, index) => Math.max(0, count - (upTo[index - 1] ?? 0)))
}

function le(what: string, metric: Readonly<Record<string, string>>): number {
  const bound = metric.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(metric.le)
  if (metric.le === undefined || Number.isNaN(bound) || Object.keys(metric).length > 1)
    throw new Invalid(`${what} must give buckets by le alone; sum by (le) over the _bucket series`)
  return bound
}

function native({ buckets }: z.output<typeof histogramElement>[1], bounds: readonly number[]): number[] | null {
  const parts = buckets.map(([, lower, upper, count]) => [Number(lower), Number(upper), Number(count)] as const)
  if (parts.some(part => part.some(Number.isNaN))) return null
  const upTo = [...bounds, Number.POSITIVE_INFINITY].map(edge =>
    parts.reduce((sum, [lower, upper, count]) => sum + count * shareBelow(edge, lower, upper), 0),
  )
  return upTo.map((count, index) => Math.max(0, count - (upTo[index - 1] ?? 0)))
}

function shareBelow(edge: number, lower: number, upper: number): number {
  if (upper <= edge) return 1
  if (lower >= edge) return 0
  return (edge - lower) / (upper - lower)
}
