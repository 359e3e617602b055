import type { Observation } from './canary/judge.ts'
import type { Weights } from './clusters.ts'
import type { Timestamp } from './execution.ts'

/** What one look saw of one metric: enough to judge again, offline, by any judge. */
export interface StoredEvidence {
  execution: string
  stage: string
  /** Counts the looks of the stage from 1, over all steps and the bake. */
  look: number
  metric: string
  from: Timestamp
  to: Timestamp
  weights: Weights
  provider: string
  /** The resolved query, as it was sent. */
  query: string
  state: 'ok' | 'empty' | 'failed'
  baseline: Observation
  canary: Observation
  /** The same release as the baseline's in the stable cluster, beside a fresh baseline; absent when it was not asked. */
  stable?: Observation
  /** What `count` metrics are exposed to; null for the other kinds. */
  exposure: { baseline: number; canary: number; stable?: number } | null
}
