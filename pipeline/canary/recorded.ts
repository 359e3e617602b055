import type { Weights } from '../clusters.ts'
import { addLook, beginBake, blockFor, type CompactLook, closeBlock, compact, noEvidence } from './compact-evidence.ts'
import type { Interval, MetricConfig, Observation } from './judge.ts'
import { judgedIntervals } from './known-baseline.ts'

/** What one look of a canary saw, as it was recorded. */
export interface RecordedLook {
  /** Epoch milliseconds. */
  from: number
  to: number
  weights: Weights
  baseline: Readonly<Record<string, Observation>>
  canary: Readonly<Record<string, Observation>>
  /** Null when no metric needed it. */
  exposure: { baseline: number; canary: number } | null
}

/** The intervals that a judge gets of a recorded canary: until the promotion, and of the bake after it. */
export interface RecordedIntervals {
  climb: Interval[]
  bake: Interval[]
}

/**
 * Puts recorded looks together as the run did: looks of a long canary make blocks, each change of weights begins a new
 * one, the last look before the promotion stands alone, and the bake is compared with the rate before it.
 *
 * `looks` are in order of time; `planned` is how many looks the stage has time for, which decides the block.
 */
export function recordedIntervals(
  looks: readonly RecordedLook[],
  metrics: readonly MetricConfig[],
  planned: number,
): RecordedIntervals {
  const climbing = looks.filter(({ weights }) => !isBake(weights))
  let evidence = noEvidence(blockFor(planned, metrics))
  for (const [index, look] of climbing.entries()) {
    const begins = index === climbing.length - 1 || !sameWeights(look.weights, climbing[index - 1]?.weights)
    evidence = addLook(begins ? closeBlock(evidence) : evidence, compactLook(look, metrics))
  }
  const climbed = evidence.exposure.length
  evidence = beginBake(evidence)
  for (const look of looks.filter(({ weights }) => isBake(weights)))
    evidence = addLook(evidence, compactLook(look, metrics))
  const all = judgedIntervals(evidence, metrics)
  return { climb: all.slice(0, climbed), bake: all.slice(climbed) }
}

/** In a bake the new version has become the stable one: no canary is left. */
function isBake({ canary }: Weights): boolean {
  return canary === undefined
}

function sameWeights(a: Weights, b: Weights | undefined): boolean {
  return b !== undefined && (['stable', 'baseline', 'canary'] as const).every(role => (a[role] ?? 0) === (b[role] ?? 0))
}

function compactLook(look: RecordedLook, metrics: readonly MetricConfig[]): CompactLook {
  const { baseline, canary } = exposureOf(look)
  const sides = metrics.map(({ name }) => {
    const side = (which: 'baseline' | 'canary') => compact(look[which][name] ?? null)
    // A bake has no baseline; its look of a metric that has none would hide the canary's.
    return [name, { baseline: isBake(look.weights) ? [] : side('baseline'), canary: side('canary') }] as const
  })
  return { metrics: Object.fromEntries(sides), exposure: [baseline, canary] }
}

/** Seconds times the share of the traffic, where nothing was measured. */
function exposureOf({ exposure, from, to, weights }: RecordedLook): { baseline: number; canary: number } {
  const share = (role: 'baseline' | 'canary' | 'stable') => (weights[role] ?? 0) / 100
  const seconds = (to - from) / 1_000
  return (
    exposure ?? {
      baseline: seconds * (weights.baseline ? share('baseline') : share('stable')),
      canary: seconds * (isBake(weights) ? share('stable') : share('canary')),
    }
  )
}
