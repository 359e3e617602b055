import type { CompactLook } from '../pipeline/canary/compact-evidence.ts'
import { addLook, closeBlock, compact } from '../pipeline/canary/compact-evidence.ts'
import type { Interval, Judgment, Observation } from '../pipeline/canary/judge.ts'
import { judge } from '../pipeline/canary/judges.ts'
import { judgedIntervals } from '../pipeline/canary/known-baseline.ts'
import { checkGuardrails } from '../pipeline/canary/threshold.ts'
import type { StoredEvidence } from '../pipeline/evidence.ts'
import type { Json } from '../pipeline/execution.ts'
import { lookSequence } from '../pipeline/execution.ts'
import type { PlannedMetric } from '../pipeline/presets.ts'
import { expandMetrics, routerProvider } from '../pipeline/presets.ts'
import { Invalid } from './failures.ts'
import type { MetricReading, Providers } from './read-metrics.ts'
import { readMetrics } from './read-metrics.ts'
import type { Look, LookRequest, Unrecorded } from './requests.ts'
import type { Target } from './targets/target.ts'

export interface LookResources {
  target: Target
  providers: Providers
  /** Writes what was seen; rejects when the store does not take it in time. */
  record(seen: Unrecorded): Promise<void>
  now(): number
  signal: AbortSignal
}

/** Queries, judges, renews the lease unless it must not be, and records: all of one look, in one activity. */
export async function look(request: LookRequest, resources: LookResources): Promise<Look> {
  const { analysis, canary, baseline, target, service, from, to } = request
  const metrics = expandMetrics(analysis)
  const readings = await readMetrics(
    metrics,
    { target, service, canary, baseline, stable: stableBeside(baseline), window: { from, to } },
    { ...resources, budget: Math.min(15_000, Math.max(2_000, analysis.interval)) },
  )
  const seen = seenOf(request, metrics, readings)
  const judgment = judged(request, metrics, { seen, readings })
  const { verdict, reason } = judgment
  const notRenewed = verdict === 'fail' ? null : await renew(request, resources)
  const exposure = exposureOf(request, metrics, readings)
  const unrecorded = recordOf(request, resources.now(), { readings, exposure, judgment, notRenewed })
  const recorded = await resources.record(unrecorded).then(
    () => true,
    () => false,
  )
  return {
    verdict,
    reason,
    seen,
    judgment: verdict === 'insufficient' && !request.last ? null : judgment,
    notRenewed,
    unrecorded: recorded ? null : unrecorded,
  }
}

/** Beside a fresh baseline: stable against stable, in every canary, for whoever calibrates. */
function stableBeside(baseline: LookRequest['baseline']): LookRequest['baseline'] {
  return baseline?.role === 'baseline' ? { role: 'stable', version: baseline.version } : null
}

function seenOf(
  request: LookRequest,
  metrics: readonly PlannedMetric[],
  readings: readonly MetricReading[],
): CompactLook {
  const sides = readings.map(({ name, baseline, canary }) => {
    return [name, { baseline: request.baseline === null ? [] : compact(baseline), canary: compact(canary) }] as const
  })
  const { baseline, canary } = exposureOf(request, metrics, readings)
  return { metrics: Object.fromEntries(sides), exposure: [baseline, canary] }
}

/**
 * What counts are exposed to. Requests where the target's router counts them (measured; the same unit at every look of
 * an analysis), else seconds times the share of the traffic.
 */
function exposureOf(
  { baseline, canary, weights, mirror = 0, from, to }: LookRequest,
  metrics: readonly PlannedMetric[],
  readings: readonly MetricReading[],
): { baseline: number; canary: number; stable: number } {
  const counted = metrics.find(({ provider, config }) => provider === routerProvider && config.kind === 'proportion')
  if (counted !== undefined) {
    const reading = readings.find(({ name }) => name === counted.config.name)
    const total = (side: 'baseline' | 'canary' | 'stable') => totalOf(reading?.[side] ?? null)
    return { baseline: total('baseline'), canary: total('canary'), stable: total('stable') }
  }
  const share = (role: LookRequest['canary']['role'] | undefined) =>
    role === undefined ? 0 : (weights[role] ?? 0) / 100
  const seconds = (to - from) / 1000
  return {
    baseline: seconds * share(baseline?.role),
    canary: seconds * (share(canary.role) + mirror / 100),
    stable: seconds * share('stable'),
  }
}

function totalOf(side: Observation): number {
  return side !== null && 'total' in side ? side.total : 0
}

function judged(
  request: LookRequest,
  metrics: readonly PlannedMetric[],
  { seen, readings }: { seen: CompactLook; readings: readonly MetricReading[] },
): Judgment {
  const { analysis, last } = request
  const configs = metrics.map(metric => metric.config)
  // The last look stands alone, so that a metric that cannot be read now is seen as such.
  const evidence = addLook(last ? closeBlock(request.evidence) : request.evidence, seen)
  const intervals = withErrors(judgedIntervals(evidence, configs), readings)
  try {
    const judgment = explained(judge(analysis.judge, { metrics: configs, intervals, last }))
    const broken = checkGuardrails(analysis.guardrails, { metrics: configs, intervals })
    if (broken === null) return judgment
    return { ...judgment, verdict: 'fail', reason: broken.reason, decidedAt: judgment.decidedAt ?? intervals.length }
  } catch (error) {
    if (error instanceof RangeError)
      throw new Invalid(`the analysis of ${request.stage} cannot be judged: ${error.message}`)
    throw error
  }
}

/**
 * The overall reason names metrics; the sentence of the one that decided says what was seen. A critical metric decides
 * alone, so its sentence is all there is to say.
 */
function explained(judgment: Judgment): Judgment {
  const { verdict, reason, metrics } = judgment
  const like = metrics.filter(metric => metric.verdict === verdict && !metric.muted)
  const deciding = like.find(({ critical }) => critical) ?? like[0]
  if (deciding === undefined || verdict === 'pass') return judgment
  const isAll = deciding.critical && judgment.judge.type === 'sequential'
  return { ...judgment, reason: isAll ? deciding.reason : `${reason}; ${deciding.reason}` }
}

/** The words of the newest errors, which compact evidence leaves out. */
function withErrors(intervals: readonly Interval[], readings: readonly MetricReading[]): Interval[] {
  const newest = intervals.at(-1)
  if (newest === undefined) return []
  const side = (which: 'baseline' | 'canary') =>
    Object.fromEntries(
      Object.entries(newest[which]).map(([name, seen]) => {
        const full = readings.find(reading => reading.name === name)?.[which] ?? null
        const isError = seen !== null && 'error' in seen && full !== null && 'error' in full
        return [name, isError ? full : seen]
      }),
    )
  return [...intervals.slice(0, -1), { ...newest, baseline: side('baseline'), canary: side('canary') }]
}

/** Never a reason to fail a look: without renewal the traffic returns to stable by itself. */
async function renew(
  { renew, service, weights }: LookRequest,
  { target, signal }: Pick<LookResources, 'target' | 'signal'>,
): Promise<string | null> {
  if (renew === null) return null
  try {
    await target.route(service, weights, { ...renew, renews: true, signal, progress: () => {} })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function recordOf(
  request: LookRequest,
  now: number,
  found: {
    readings: readonly MetricReading[]
    exposure: NonNullable<StoredEvidence['exposure']>
    judgment: Judgment
    notRenewed: string | null
  },
): Unrecorded {
  const { execution, stage, stageIndex, look, step, weights, from, to } = request
  const { judgment, notRenewed } = found
  const { judge, verdict, reason, metrics } = judgment
  const window = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  return {
    event: {
      execution,
      stage,
      sequence: lookSequence(stageIndex, look),
      at: new Date(now).toISOString(),
      kind: 'canary.look',
      data: {
        look,
        step,
        ...window,
        verdict,
        reason,
        notRenewed,
        weights: { ...weights },
        judgment: { judge, metrics } as unknown as Json,
      },
    },
    evidence: found.readings.map(({ name, ...reading }): StoredEvidence => {
      const isExposed = isCount(reading.baseline) || isCount(reading.canary)
      return {
        ...{ execution, stage, look, metric: name, ...window, weights, ...reading },
        exposure: isExposed ? found.exposure : null,
      }
    }),
  }
}

function isCount(side: Observation): boolean {
  return side !== null && 'events' in side
}
