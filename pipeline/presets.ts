import type { Margin, MetricConfig } from './canary/judge.ts'
import { metricPresets, presetQueries } from './metric-presets.ts'
import type { Analysis, AnalysisMetric } from './schema/analysis.ts'

/** The name of the provider that every target with an own router has. */
export const routerProvider = 'router'

/** One metric as it is judged and as it is asked for. */
export interface PlannedMetric {
  config: MetricConfig
  provider: string
  /** By purpose, still templates: `bad` and `total` for proportions, `query` for the rest; or what a preset asks for. */
  expressions: Readonly<Record<string, string>>
}

/** The metrics of an analysis, presets written out; in the order of the file. */
export function expandMetrics(analysis: Pick<Analysis, 'metrics'>): PlannedMetric[] {
  return analysis.metrics.flatMap(metric => ('preset' in metric ? expandPreset(metric) : [expandOwn(metric)]))
}

type Preset = Extract<AnalysisMetric, { preset: string }>
type OwnMetric = Exclude<AnalysisMetric, Preset>

/**
 * Failed and slow requests, as the target's own router sees them, or as a common set-up reports them.
 *
 * Both are critical: in one group of two, one that fails is not more than half (judging, C.6), so a release with
 * errors but good latency would not be taken back.
 */
function expandPreset(preset: Preset): PlannedMetric[] {
  const { slow, margin } = preset
  const share = (name: string, expressions: Record<string, string>): PlannedMetric => ({
    config: {
      name,
      kind: 'proportion',
      direction: 'increase',
      margin: { absolute: margin },
      critical: true,
      weight: 1,
      ...judgingOf('proportion', preset),
    },
    provider: preset.provider ?? routerProvider,
    expressions,
  })
  if (preset.preset === 'http')
    return [share('errors', { preset: 'http-errors' }), share('slow', { preset: 'http-slow', threshold: String(slow) })]
  const { errors, slow: slower } = presetQueries(metricPresets[preset.preset], slow)
  return [share('errors', errors), share('slow', slower)]
}

function expandOwn(metric: OwnMetric): PlannedMetric {
  const { name, kind, direction, critical, weight } = metric
  const config: MetricConfig = { name, kind, direction, critical, weight }
  if (metric.margin !== undefined) config.margin = marginOf(kind, metric.margin)
  Object.assign(config, judgingOf(kind, metric))
  if (metric.group !== undefined) config.group = metric.group
  if (metric.kind === 'proportion') {
    return { config, provider: metric.provider, expressions: { bad: metric.bad, total: metric.total } }
  }
  if (metric.kind === 'histogram') {
    config.bounds = metric.bounds
    if (metric.threshold !== undefined) config.threshold = metric.threshold
  }
  return { config, provider: metric.provider, expressions: { query: metric.query } }
}

/** What the file says beyond the margin; nothing for what it leaves to the judge. */
function judgingOf(
  kind: MetricConfig['kind'],
  { margin, failAbove, dispersion, block, minIntervals, muted }: AnalysisMetric,
): Partial<MetricConfig> {
  const allowed = failAbove === 'margin' ? margin : failAbove
  return {
    ...(allowed === undefined ? {} : { failAbove: marginOf(kind, allowed) }),
    ...(dispersion === undefined ? {} : { dispersion }),
    ...(block === undefined ? {} : { block }),
    ...(minIntervals === undefined ? {} : { minIntervals }),
    ...(muted === undefined ? {} : { muted }),
  }
}

/** A bare percentage means percentage points of a share, and a part of the baseline's value for everything else. */
function marginOf(kind: MetricConfig['kind'], margin: NonNullable<OwnMetric['margin']>): Margin {
  if (typeof margin !== 'number') return margin
  return kind === 'proportion' || kind === 'histogram' ? { absolute: margin } : { relative: margin }
}
