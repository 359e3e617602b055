import type { Interval, MetricConfig, Observation } from '../judge.ts'
import type { Arms } from './arms.ts'

/** Helpers of the judge's tests and benches: short ways to write down what was seen. */

/** `n` intervals of b and c events under exposures u and v. */
export function repeat(n: number, arms: Partial<Arms>): Arms[] {
  return Array.from({ length: n }, () => ({ b: 0, c: 0, u: 1, v: 1, ...arms }))
}

/** An interval of one metric. */
export function intervalOf(name: string, baseline: Observation, canary: Observation): Interval {
  return { baseline: { [name]: baseline }, canary: { [name]: canary } }
}

/** An interval of the metric `errors`, so many bad of `total` on each side. */
export function errorsOf(b: number, c: number, total = 500): Interval {
  return intervalOf('errors', { bad: b, total }, { bad: c, total })
}

/** A proportion called `errors` with a margin of one point, unless said otherwise. */
export function errorsMetric(settings: Partial<MetricConfig> = {}): MetricConfig {
  return { name: 'errors', kind: 'proportion', margin: { absolute: 0.01 }, ...settings }
}

/** |actual / expected − 1|: how far a known answer was missed. */
export function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1)
}
