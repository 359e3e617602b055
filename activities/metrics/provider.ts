import type { MetricKind, Observation } from '../../pipeline/canary/judge.ts'
import type { Role } from '../../pipeline/clusters.ts'
import type { QueryLanguage } from '../../pipeline/expressions/query.ts'

/** From (inclusive) and to (exclusive), epoch milliseconds, cut by the workflow. */
export interface Window {
  from: number
  to: number
}

/** Which instances are asked about. */
export interface ClusterSelector {
  target: string
  service: string
  role: Role
  version: string
}

/** One metric of one cluster, with its templates already resolved. */
export interface Query {
  metric: string
  kind: MetricKind
  /** Of histograms: the upper bounds that are judged. */
  bounds?: readonly number[]
  selector: ClusterSelector
  /** By purpose: `bad` and `total` for proportions, `query` for the rest; or what a preset asks its provider for. */
  expressions: Readonly<Record<string, string>>
}

/** Increases within the window (never totals since the start); counter resets are already handled. */
export type Sample = Exclude<Observation, null | { error: string }>

/**
 * A source of metrics. `query` answers with samples in order of time, `[]` for "no data" and a zero count for "zero";
 * when it cannot tell it throws, with a message that names the provider, the reason and what to do.
 */
export interface MetricProvider {
  query(query: Query, window: Window, signal: AbortSignal): Promise<Sample[]>
  /** The query as it is sent, kept as evidence. */
  describe(query: Query, window: Window): string
  ping(signal: AbortSignal): Promise<void>
  /** How its queries are written; PromQL when it does not say. */
  language?: QueryLanguage
}
