import { metricProblems } from '../canary/sequential/config-problems.ts'
import { latencyBounds } from '../latency.ts'
import type { PlannedMetric } from '../presets.ts'
import { expandMetrics, routerProvider } from '../presets.ts'
import type { Finding, Path } from '../problem.ts'
import type { StageOf } from '../schema/stage.ts'
import { didYouMean } from '../suggest.ts'

/**
 * What a canary must keep to beyond its shape (design: "Canary semantics"). Faults refuse the pipeline; notes are
 * what it may do but hardly means. Paths are inside the stage. `raw` is the stage as written.
 */
export interface RuleFindings {
  faults: Finding[]
  notes: Finding[]
}

type Canary = StageOf<'canary'>

export function canaryFindings(stage: Canary, raw: unknown): RuleFindings {
  return {
    faults: [
      ...weights(stage),
      ...mirrors(stage),
      ...looks(stage),
      ...metricNames(stage),
      ...routerMetrics(stage),
      ...presetProviders(stage),
      ...slowness(stage),
      ...failAbove(stage),
      ...judgeable(stage),
      ...guardrails(stage, raw),
      ...judge(stage),
      ...gates(stage),
      ...load(stage),
    ],
    notes: [
      ...shrinking(stage),
      ...neverPasses(stage),
      ...onlySequential(stage),
      ...allMuted(stage),
      ...timeout(stage),
    ],
  }
}

/** A fresh baseline gets the canary's share, and stable needs the rest. */
function weights({ baseline, steps }: Canary): Finding[] {
  if (baseline !== 'fresh') return []
  return steps.flatMap(({ weight }, index) => {
    if (weight <= 50) return []
    const message = `a fresh baseline gets the same share as the canary, so "weight" can be at most 50, not ${weight}; use "baseline: stable" above that`
    return [{ path: ['steps', index, 'weight'], message }]
  })
}

/** Only the canary gets copies, so only what stable does with the originals compares. */
function mirrors({ baseline, steps }: Canary): Finding[] {
  return steps.flatMap(({ weight, mirror }, index): Finding[] => {
    if (weight === 0 && mirror === undefined)
      return [{ path: ['steps', index], message: 'a step needs a "weight", a "mirror", or both' }]
    if (mirror === undefined || baseline === 'stable') return []
    return [{ path: ['steps', index, 'mirror'], message: 'only the canary gets copies; use "baseline: stable"' }]
  })
}

/** More traffic without having looked is no canary. */
function looks({ steps, analysis }: Canary): Finding[] {
  const { interval, warmUp, delay } = analysis
  const short = steps.flatMap((step, index) => {
    if (step.for >= interval) return []
    return [
      {
        path: ['steps', index, 'for'],
        message: 'this step ends before the first look; it must be at least as long as "interval"',
      },
    ]
  })
  if (short.length > 0) return short
  const total = totalOf(steps)
  if (total >= warmUp + delay + interval) return []
  const message =
    'all steps together are shorter than "warmUp", "delay" and one "interval": nothing would ever be judged'
  return [{ path: ['steps'], atKey: true, message }]
}

function metricNames({ analysis }: Canary): Finding[] {
  const first = new Map<string, number>()
  return analysis.metrics.flatMap((metric, index) =>
    expandMetrics({ metrics: [metric] }).flatMap(({ config }): Finding[] => {
      const earlier = first.get(config.name)
      if (earlier === undefined) {
        first.set(config.name, index)
        return []
      }
      const path: Path = ['analysis', 'metrics', index, 'preset' in metric ? 'preset' : 'name']
      const preset = 'preset' in analysis.metrics[earlier]! ? ' (from a preset)' : ''
      return [
        { path, message: `two metrics are called "${config.name}"; the other one is number ${earlier + 1}${preset}` },
      ]
    }),
  )
}

function routerMetrics({ analysis }: Canary): Finding[] {
  return analysis.metrics.flatMap((metric, index) => {
    if ('preset' in metric || metric.provider !== routerProvider) return []
    const message = `"${routerProvider}" takes no queries; write "preset: http" to judge what the router sees`
    return [{ path: ['analysis', 'metrics', index, 'provider'], message }]
  })
}

/** The router is asked by `http`, and by nothing else. */
function presetProviders({ analysis }: Canary): Finding[] {
  return analysis.metrics.flatMap((metric, index): Finding[] => {
    if (!('preset' in metric)) return []
    const { preset, provider } = metric
    const path = ['analysis', 'metrics', index]
    if (preset === 'http' && provider !== undefined)
      return [
        { path: [...path, 'provider'], message: '"preset: http" is what the router sees; it takes no "provider"' },
      ]
    if (preset !== 'http' && (provider === undefined || provider === routerProvider))
      return [{ path: [...path, 'preset'], message: `"preset: ${preset}" needs the "provider" that has its metrics` }]
    return []
  })
}

/** The router counts slow requests by buckets. */
function slowness({ analysis }: Canary): Finding[] {
  return analysis.metrics.flatMap((metric, index) => {
    if (!('preset' in metric) || metric.preset !== 'http' || latencyBounds.some(bound => bound === metric.slow))
      return []
    const message = `"slow" must be one of the bounds of the router: ${latencyBounds.map(spoken).join(', ')}`
    return [{ path: ['analysis', 'metrics', index, 'slow'], message }]
  })
}

function spoken(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds}ms` : `${milliseconds / 1_000}s`
}

/** What the judge itself says of a metric. */
function judgeable({ analysis }: Canary): Finding[] {
  return analysis.metrics.flatMap((metric, index) => {
    const [{ config }] = expandMetrics({ metrics: [metric] }) as [PlannedMetric]
    return metricProblems(config).map(({ path, message }): Finding => {
      return { path: ['analysis', 'metrics', index, ...path], message: `"${path.at(-1)}" ${message}` }
    })
  })
}

function failAbove({ analysis }: Canary): Finding[] {
  return analysis.metrics.flatMap((metric, index) => {
    if (metric.failAbove !== 'margin' || metric.margin !== undefined) return []
    const message = '"failAbove: margin" needs a "margin"'
    return [{ path: ['analysis', 'metrics', index, 'failAbove'], message }]
  })
}

function guardrails({ analysis }: Canary, raw: unknown): Finding[] {
  const metrics = new Map(expandMetrics(analysis).map(({ config }) => [config.name, config]))
  return analysis.guardrails.flatMap(({ metric, above }, index): Finding[] => {
    const path = (key: string) => ['analysis', 'guardrails', index, key]
    const config = metrics.get(metric)
    if (config === undefined) {
      const known = [...metrics.keys()]
      const message = `there is no metric "${metric}"${didYouMean(metric, known)}; there are ${known.join(', ')}`
      return [{ path: path('metric'), message }]
    }
    const isShare = config.kind === 'proportion'
    const isPercentage = typeof writtenAbove(raw, index) === 'string'
    if (isShare && !isPercentage) {
      return [{ path: path('above'), message: `"${metric}" is a share, so "above" must be a percentage such as 20%` }]
    }
    if (isShare && above >= 1) {
      return [{ path: path('above'), message: 'a share is never above 100%, so this guardrail could never act' }]
    }
    return []
  })
}

/** Whether it was written with a percent sign: 20 and 20% are worlds apart. */
function writtenAbove(raw: unknown, index: number): unknown {
  const stage = raw as { analysis?: { guardrails?: { above?: unknown }[] } }
  return stage.analysis?.guardrails?.[index]?.above
}

function judge({ analysis }: Canary): Finding[] {
  if (analysis.judge.type !== 'mann-whitney') return []
  const { pass, marginal } = analysis.judge
  if (pass > marginal) return []
  const message = `"pass" (${pass}) must be above "marginal" (${marginal})`
  return [{ path: ['analysis', 'judge', 'pass'], message }]
}

/** Each question of a held gate stays in the history of the run. */
const mostQuestions = 500

function gates({ gates = [], maxHold }: Canary): Finding[] {
  const names = gates.map(({ name }) => name)
  return gates.flatMap(({ name, at, onNo, onErrored, every }, index): Finding[] => {
    const path = (key: string) => ['gates', index, key]
    if (names.indexOf(name) < index) return [{ path: path('name'), message: `gate "${name}" is there twice` }]
    if (at === 'on-rollback' && (onNo ?? onErrored) !== undefined) {
      const key = onNo === undefined ? 'onErrored' : 'onNo'
      return [{ path: path(key), atKey: true, message: 'a rollback is not stopped by a gate: it is only told' }]
    }
    if ((onNo !== 'hold' && onErrored !== 'hold') || maxHold / every <= mostQuestions) return []
    const message = `"every" is too short: within "maxHold" it may be asked ${mostQuestions} times at most`
    return [{ path: path('every'), message }]
  })
}

function load({ load: program }: Canary): Finding[] {
  if (program === undefined || program.command !== undefined || program.image !== undefined) return []
  return [{ path: ['load'], atKey: true, message: '"load" needs a "command" (process targets) or an "image"' }]
}

function shrinking({ steps }: Canary): Finding[] {
  return steps.flatMap(({ weight, mirror = 0 }, index) => {
    const before = steps[index - 1]
    if (before === undefined || weight > before.weight || mirror > (before.mirror ?? 0)) return []
    return [{ path: ['steps', index, 'weight'], message: 'this step brings no more traffic than the one before' }]
  })
}

/** Fewer usable intervals than this never pass; shorter canaries can only fail or stay undecided. */
function fewestIntervals({ metrics }: Canary['analysis']): number {
  const voting = metrics.filter(({ muted }) => !muted)
  return Math.max(...voting.map(({ minIntervals = 5 }) => minIntervals))
}

function neverPasses({ steps, analysis }: Canary): Finding[] {
  const without = analysis.metrics.flatMap((metric, index): Finding[] => {
    if ('preset' in metric || metric.margin !== undefined || analysis.judge.type !== 'sequential') return []
    const path = ['analysis', 'metrics', index, 'name']
    return [{ path, message: `"${metric.name}" has no margin: it can fail, but never pass` }]
  })
  const judged = totalOf(steps) - analysis.warmUp - analysis.delay
  const fewest = fewestIntervals(analysis)
  if (analysis.judge.type !== 'sequential' || !(judged < fewest * analysis.interval)) return without
  const message = `the steps have time for ${Math.max(0, Math.floor(judged / analysis.interval))} looks, but a pass needs ${fewest}`
  return [...without, { path: ['analysis', 'interval'], message }]
}

/** Settings of the sequential judge mean nothing to the other one. */
function onlySequential({ analysis }: Canary): Finding[] {
  if (analysis.judge.type === 'sequential') return []
  return analysis.metrics.flatMap((metric, index) =>
    (['dispersion', 'block', 'minIntervals'] as const).flatMap((key): Finding[] => {
      if (metric[key] === undefined) return []
      const message = `"${key}" means nothing to the ${analysis.judge.type} judge`
      return [{ path: ['analysis', 'metrics', index, key], atKey: true, message }]
    }),
  )
}

function allMuted({ analysis }: Canary): Finding[] {
  if (!analysis.metrics.every(({ muted }) => muted)) return []
  return [{ path: ['analysis', 'metrics'], atKey: true, message: 'every metric is muted: nothing can pass or fail' }]
}

function timeout({ steps, timeout: limit }: Canary): Finding[] {
  if (limit === undefined || limit > totalOf(steps)) return []
  return [{ path: ['timeout'], message: 'the steps alone may take longer than this' }]
}

function totalOf(steps: Canary['steps']): number {
  return steps.reduce((total, step) => total + step.for, 0)
}
