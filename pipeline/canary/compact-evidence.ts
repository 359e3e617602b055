import type { Interval, MetricConfig, MetricKind, Observation } from './judge.ts'

/**
 * The evidence of a stage, small enough to travel with every look, so that judging never needs the store.
 *
 * Long canaries merge `block` neighbouring looks into one interval. The block is chosen once, before the first look:
 * a block that depended on the data would void the judge's guarantee. Judging a block that is still filling is sound:
 * the likelihood of the urn (judging C.2) is a product over the events of the block one by one, so that a partly filled
 * block is the same martingale at an earlier time. Every change of weights begins a new block.
 */
export interface CompactEvidence {
  /** Looks per interval. */
  block: number
  /** Looks in the last interval; `block` when it is full. */
  filled: number
  /** By metric, one entry an interval. */
  metrics: Readonly<Record<string, CompactMetric>>
  /** By interval: of the baseline, of the canary. */
  exposure: readonly (readonly [number, number])[]
  /** Index of the first interval of the bake, which has no baseline of its own; null before it. */
  bakeFrom: number | null
  /** Index of the first interval that is judged. */
  judgeFrom: number
}

export interface CompactMetric {
  baseline: readonly CompactSide[]
  canary: readonly CompactSide[]
}

/** Numbers of the observation (a series: sum and number of values); 0 for empty, 1 for failed, none for not asked. */
export type CompactSide = readonly number[] | 0 | 1

/** One look: what was seen of every metric. */
export interface CompactLook {
  metrics: Readonly<Record<string, { baseline: CompactSide; canary: CompactSide }>>
  exposure: readonly [number, number]
}

/** What the evidence of all looks may take, so that payloads stay under 64 KB with all that travels beside it. */
const budget = 40_000
const mostIntervals = 400

export function noEvidence(block: number): CompactEvidence {
  return { block, filled: block, metrics: {}, exposure: [], bakeFrom: null, judgeFrom: 0 }
}

/** How many looks make an interval, when so many looks of such metrics are planned. */
export function blockFor(looks: number, metrics: readonly Pick<MetricConfig, 'kind' | 'bounds'>[]): number {
  const bytes = 16 + metrics.reduce((sum, metric) => sum + 2 * sideBytes(metric), 0)
  const intervals = Math.max(10, Math.min(mostIntervals, Math.floor(budget / bytes)))
  return Math.max(1, Math.ceil(looks / intervals))
}

/** The next look begins a new interval. */
export function closeBlock(evidence: CompactEvidence): CompactEvidence {
  return { ...evidence, filled: evidence.block }
}

/** From the next look on, so many looks make an interval. */
export function withBlock(evidence: CompactEvidence, block: number): CompactEvidence {
  return closeBlock({ ...evidence, block })
}

/** What follows is the bake; the judge goes on with all it has seen. */
export function beginBake(evidence: CompactEvidence): CompactEvidence {
  return { ...closeBlock(evidence), bakeFrom: evidence.exposure.length }
}

/** Somebody has overruled the judge: what it saw so far must not make it fail again. */
export function forget(evidence: CompactEvidence): CompactEvidence {
  return { ...closeBlock(evidence), judgeFrom: evidence.exposure.length }
}

export function addLook(evidence: CompactEvidence, look: CompactLook): CompactEvidence {
  const opens = evidence.filled >= evidence.block || evidence.exposure.length === 0
  const before = opens ? evidence.exposure.length : evidence.exposure.length - 1
  const open = evidence.exposure[before] ?? [0, 0]
  const names = [...new Set([...Object.keys(evidence.metrics), ...Object.keys(look.metrics)])]
  return {
    ...evidence,
    filled: opens ? 1 : evidence.filled + 1,
    exposure: [...evidence.exposure.slice(0, before), [open[0] + look.exposure[0], open[1] + look.exposure[1]]],
    metrics: Object.fromEntries(names.map(name => [name, extend(evidence.metrics[name], look.metrics[name], before)])),
  }
}

/** Every interval as a judge takes it. Those of a bake have no baseline, and none is left out: see `judgedIntervals`. */
export function intervalsOf(
  evidence: CompactEvidence,
  metrics: readonly Pick<MetricConfig, 'name' | 'kind'>[],
): Interval[] {
  return evidence.exposure.map(([baseline, canary], index) => ({
    baseline: sideOf(evidence, metrics, index, 'baseline'),
    canary: sideOf(evidence, metrics, index, 'canary'),
    exposure: { baseline, canary },
  }))
}

export function compact(observation: Observation): CompactSide {
  if (observation === null) return 0
  if ('error' in observation) return 1
  if ('total' in observation) return [observation.bad, observation.total]
  if ('events' in observation) return [observation.events]
  if ('counts' in observation) return observation.counts
  return [observation.value, 1]
}

function sideOf(
  evidence: CompactEvidence,
  metrics: readonly Pick<MetricConfig, 'name' | 'kind'>[],
  index: number,
  side: keyof CompactMetric,
): Record<string, Observation> {
  const observations = metrics.map(({ name, kind }) => [name, expand(evidence.metrics[name]?.[side][index] ?? 0, kind)])
  return Object.fromEntries(observations)
}

function expand(side: CompactSide, kind: MetricKind): Observation {
  if (side === 0) return null
  if (side === 1) return { error: 'could not be read' }
  if (side.length === 0) return null
  if (kind === 'proportion') return { bad: side[0]!, total: side[1]! }
  if (kind === 'count') return { events: side[0]! }
  if (kind === 'histogram') return { counts: side }
  return { value: side[0]! / side[1]! }
}

/** Entries of intervals before `before` stay; the one at `before` takes in the look. */
function extend(
  metric: CompactMetric | undefined,
  seen: { baseline: CompactSide; canary: CompactSide } | undefined,
  before: number,
): CompactMetric {
  const upTo = (side: readonly CompactSide[] = []) => [
    ...side.slice(0, before),
    ...Array<CompactSide>(Math.max(0, before - side.length)).fill(0),
  ]
  const merged = merge(
    { baseline: metric?.baseline[before] ?? 0, canary: metric?.canary[before] ?? 0 },
    seen ?? { baseline: 0, canary: 0 },
  )
  return {
    baseline: [...upTo(metric?.baseline), merged.baseline],
    canary: [...upTo(metric?.canary), merged.canary],
  }
}

interface Pair {
  baseline: CompactSide
  canary: CompactSide
}

/**
 * Only looks in which both sides have data are added up: one side alone would shift the ratio. An interval none of whose
 * looks has both keeps what was seen last. (Exposure is added up regardless: its split is what the ratio test uses, and
 * that does not change within an interval.)
 */
function merge(block: Pair, look: Pair): Pair {
  if (!complete(look)) return complete(block) ? block : look
  if (!complete(block)) return look
  return { baseline: add(block.baseline, look.baseline), canary: add(block.canary, look.canary) }
}

function complete({ baseline, canary }: Pair): boolean {
  return typeof canary !== 'number' && typeof baseline !== 'number'
}

function add(a: CompactSide, b: CompactSide): CompactSide {
  if (typeof a === 'number' || typeof b === 'number') return a
  return a.map((value, index) => value + b[index]!)
}

function sideBytes({ kind, bounds }: Pick<MetricConfig, 'kind' | 'bounds'>): number {
  if (kind === 'histogram') return 2 + 4 * ((bounds?.length ?? 0) + 1)
  return kind === 'count' ? 7 : 12
}
