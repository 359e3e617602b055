import type { LookView } from '../../../../api/contract/analysis.ts'
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
export function standingOf(looks: readonly LookView[], thresholds: ReadonlyMap<string, Threshold>): Standing {
  const judged = looks.filter(({ metrics }) => metrics.length > 0)
  return {
    at: judged.map(({ at }) => Date.parse(at) / 1_000),
    weight: judged.map(({ weights }) => weights?.canary ?? 0),
    metrics: [...thresholds].map(([name, threshold]) => ({
      name,
      values: judged.map(({ metrics }) => {
        const metric = metrics.find(one => one.name === name)
        return metric === undefined ? null : wayTo(metric, threshold)
      }),
    })),
  }
}

function wayTo({ evidence, evidenceFor }: LookView['metrics'][number], threshold: Threshold): number {
  // JSON has no infinity: null is beyond every threshold.
  const part = evidence === null ? most : Math.log(evidence) / Math.log(threshold[evidenceFor])
  const size = Math.min(most, Math.max(0, part))
  return evidenceFor === 'fail' ? size : -size
}

/** Beyond the threshold it makes no difference how far. */
const most = 1.15
