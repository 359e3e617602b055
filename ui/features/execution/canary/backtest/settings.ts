import type { StageAnalysis } from '../../../../../api/contract/analysis.ts'
import { recordedLooks } from '../../../../../api/contract/recorded-looks.ts'
import type { JudgeConfig, MetricConfig } from '../../../../../pipeline/canary/judge.ts'
import { recordedIntervals } from '../../../../../pipeline/canary/recorded.ts'
import { type Rejudged, rejudge } from '../../../../../pipeline/canary/rejudge.ts'
import { expandMetrics } from '../../../../../pipeline/presets.ts'
import type { StageOf } from '../../../../../pipeline/schema/stage.ts'

/** What can be tried out, as it stands in the form: percentages as people write them. */
export interface Settings {
  judge: JudgeConfig['type']
  falseAlarm: string
  falsePass: string
  pass: string
  marginal: string
  metrics: Readonly<Record<string, { margin: string; critical: boolean; muted: boolean }>>
}

type Canary = StageOf<'canary'>

/** The form filled with what the run was judged by. */
export function settingsOf({ analysis }: Canary): Settings {
  const { judge } = analysis
  const sequential = judge.type === 'sequential' ? judge : null
  const ranked = judge.type === 'mann-whitney' ? judge : null
  const falseAlarm = sequential?.falseAlarm ?? 0.01
  return {
    judge: judge.type,
    falseAlarm: asPercent(falseAlarm),
    falsePass: asPercent(sequential?.falsePass ?? falseAlarm),
    pass: String(ranked?.pass ?? 95),
    marginal: String(ranked?.marginal ?? 75),
    metrics: Object.fromEntries(
      configsOf(analysis).map(({ name, margin, critical = false, muted = false }) => [
        name,
        { margin: margin === undefined ? '' : asPercent(sizeOf(margin)), critical, muted },
      ]),
    ),
  }
}

/** The same canary under the settings; throws a sentence when they are not possible. */
export function tryOut(analysis: StageAnalysis, canary: Canary, settings: Settings): Rejudged {
  const metrics = configsOf(canary.analysis).map(config => changed(config, settings))
  const planned = Math.ceil(canary.steps.reduce((sum, step) => sum + step.for, 0) / canary.analysis.interval)
  const { climb, bake } = recordedIntervals(recordedLooks(analysis), metrics, planned)
  const recorded = { id: analysis.stage, verdict: analysis.verdict ?? 'insufficient', intervals: climb, bake }
  const { guardrails } = canary.analysis
  return rejudge([recorded], { judge: judgeOf(settings), metrics, guardrails })[0]!
}

function judgeOf({ judge, falseAlarm, falsePass, pass, marginal }: Settings): JudgeConfig {
  if (judge === 'mann-whitney')
    return { type: judge, pass: scoreIn(pass, 'pass'), marginal: scoreIn(marginal, 'marginal') }
  return { type: judge, falseAlarm: chanceIn(falseAlarm, 'false alarm'), falsePass: chanceIn(falsePass, 'false pass') }
}

function changed({ margin, ...config }: MetricConfig, { metrics }: Settings): MetricConfig {
  const wanted = metrics[config.name]
  if (wanted === undefined) return margin === undefined ? config : { ...config, margin }
  const { critical, muted } = wanted
  if (wanted.margin.trim() === '') return { ...config, critical, muted }
  const size = numberIn(wanted.margin, `margin of ${config.name}`) / 100
  if (!(size > 0)) throw new RangeError(`The margin of ${config.name} has to be above 0.`)
  const relative = margin === undefined ? config.kind !== 'proportion' : 'relative' in margin
  return { ...config, critical, muted, margin: relative ? { relative: size } : { absolute: size } }
}

function configsOf(analysis: Canary['analysis']): MetricConfig[] {
  return expandMetrics(analysis).map(({ config }) => config)
}

function sizeOf(margin: NonNullable<MetricConfig['margin']>): number {
  return 'relative' in margin ? margin.relative : margin.absolute
}

function chanceIn(text: string, what: string): number {
  const chance = numberIn(text, what) / 100
  if (chance > 0 && chance < 0.5) return chance
  throw new RangeError(`The ${what} has to be above 0 % and below 50 %.`)
}

function scoreIn(text: string, what: string): number {
  const score = numberIn(text, what)
  if (score >= 0 && score <= 100) return score
  throw new RangeError(`The score for ${what} has to be from 0 to 100.`)
}

function numberIn(text: string, what: string): number {
  const value = Number(text.replace('%', '').trim())
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new RangeError(`The ${what} is not a number.`)
}

function asPercent(fraction: number): string {
  return String(Number((fraction * 100).toPrecision(6)))
}
