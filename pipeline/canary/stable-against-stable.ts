import type { StoredEvidence } from '../evidence.ts'
import type { Interval } from './judge.ts'

/** What calibration needs of evidence: a look's metric on the fresh baseline and on the stable cluster beside it. */
export type SameRelease = Pick<StoredEvidence, 'look' | 'metric' | 'baseline' | 'stable' | 'exposure'>

/**
 * The looks at which a fresh baseline was seen beside the stable cluster, as a judge takes them: the same release twice,
 * at the same time, under live traffic. The fresh side plays the canary, so that what is only due to a fresh start
 * (cold caches, another host) is seen as harm here, too. Empty for canaries with `baseline: stable`.
 */
export function stableAgainstStable(evidence: readonly SameRelease[]): Interval[] {
  const beside = evidence.filter(({ stable }) => stable !== undefined)
  return [...Map.groupBy(beside, ({ look }) => look)]
    .sort(([a], [b]) => a - b)
    .map(([, seen]) => {
      const exposure = seen.find(({ exposure }) => exposure?.stable !== undefined)?.exposure
      return {
        baseline: Object.fromEntries(seen.map(({ metric, stable }) => [metric, stable ?? null])),
        canary: Object.fromEntries(seen.map(({ metric, baseline }) => [metric, baseline])),
        ...(exposure ? { exposure: { baseline: exposure.stable!, canary: exposure.baseline } } : {}),
      }
    })
}
