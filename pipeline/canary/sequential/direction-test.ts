import type { EValue } from './e-value.ts'
import type { Levels, Limits } from './interval.ts'

/** Harm in one direction of one metric: both nulls, from the first interval on. */
export interface DirectionTest<Sample> {
  add(sample: Sample): void
  /** E against "harm is at most `failAbove`". */
  harm: EValue
  /** E against "harm is at least the margin", of all intervals; null without a margin. */
  safe: EValue | null
  /** The same since the last `restart`: what a pass needs. */
  safeSinceRestart(): EValue | null
  /** A new step asks for a pass of its own. */
  restart(): void
  /** Limits of the harm, of what the verdict rests on. */
  limits(levels: Levels, decided: 'harm' | 'safe'): DirectionLimits
}

export interface DirectionLimits extends Limits {
  /** For histograms without a threshold: which bound these are the limits of. */
  bound: number | null
}
