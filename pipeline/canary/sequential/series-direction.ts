import type { MetricConfig } from '../judge.ts'
import { amountOf } from './config-problems.ts'
import type { DirectionTest } from './direction-test.ts'
import type { EValue } from './e-value.ts'
import { scaleOf } from './event-direction.ts'
import { type Pair, seriesLimits } from './interval.ts'
import { logSeriesE } from './series-test.ts'

/** Makes tests of one direction of a series; the pairs come with the harm already turned to "more is worse". */
export function seriesDirection(metric: MetricConfig): () => DirectionTest<Pair> {
  const { failAbove, margin, block } = metric
  return () => {
    const pairs: Pair[] = []
    let restartedAt = 0
    const above = (pair: Pair) => pair.harm - (failAbove === undefined ? 0 : allowedBy(failAbove, pair))
    const within = (pair: Pair) => allowedBy(margin!, pair) - pair.harm
    const safeSince = (start: number) =>
      margin === undefined ? null : safeEValue(() => pairs.slice(start).map(within), block)
    return {
      add: pair => pairs.push(pair),
      harm: eValue(() => logSeriesE(pairs.map(above), block)),
      safe: safeSince(0),
      safeSinceRestart: () => safeSince(restartedAt),
      restart() {
        restartedAt = pairs.length
      },
      limits(levels) {
        const relative = scaleOf(metric) === 'ratio'
        const { estimate, lower, upper } = seriesLimits(pairs, { relative, block, levels })
        // Worse by a tenth is 1.1 times as much.
        const shown = (harm: number | null) => (harm === null ? null : relative ? 1 + harm : harm)
        return { estimate: shown(estimate), lower: shown(lower), upper: shown(upper), bound: null }
      },
    }
  }
}

function allowedBy(margin: NonNullable<MetricConfig['margin']>, pair: Pair): number {
  return 'relative' in margin ? amountOf(margin) * Math.abs(pair.reference) : amountOf(margin)
}

/** A series that mostly repeats one value (a counter that is mostly zero) is no measurement: it shows nothing safe. */
function safeEValue(differences: () => readonly number[], block: number | undefined): EValue {
  return eValue(() => {
    const d = differences()
    return isMostlyOneValue(d) ? 0 : logSeriesE(d, block)
  })
}

export function isMostlyOneValue(d: readonly number[]): boolean {
  const times = new Map<number, number>()
  for (const value of d) times.set(value, (times.get(value) ?? 0) + 1)
  for (const count of times.values()) if (count > d.length / 2) return true
  return false
}

function eValue(logE: () => number): EValue {
  return { logE, reaches: log => logE() >= log }
}
