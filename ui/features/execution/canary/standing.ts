import type { SeriesReport } from '../../../../api/contract/series.ts'
import type { Threshold } from './thresholds.ts'

/** How near each metric was to being decided, look by look. */
export interface Standing {
  /** Epoch seconds, ascending. */
  at: number[]
  /** Percent of live traffic of the canary. */
  weight: number[]
  /** From −1 (shown to be no worse) over 0 (nothing is known) to 1 (shown to be worse); null when it was not judged. */
  metrics: { name: string; values: (number | null)[] }[]
}

/** Evidence doubles at a steady pace while the truth is the same, so the way to the threshold is counted in logarithms. */
export function standingOf(
  { at, weight, metrics }: SeriesReport,
  thresholds: ReadonlyMap<string, Threshold>,
): Standing {
  return {
    at: at.map(milliseconds => milliseconds / 1_000),
    weight,
    metrics: metrics.flatMap(({ name, evidence }) => {
      const threshold = thresholds.get(name)
      return threshold === undefined ? [] : [{ name, values: evidence.map(value => wayTo(value, threshold)) }]
    }),
  }
}

function wayTo(evidence: number | null, { fail, pass }: Threshold): number | null {
  if (evidence === null) return null
  const part = evidence / Math.log(evidence > 0 ? fail : pass)
  return Math.min(most, Math.max(-most, part))
}

/** Beyond the threshold it makes no difference how far. */
const most = 1.15
