import type { Guardrail, Interval, JudgeConfig, Judgment, MetricConfig, Verdict } from './judge.ts'
import { judge } from './judges.ts'
import { checkGuardrails } from './threshold.ts'

/** A canary that was judged: what was seen, and the verdict it got. */
export interface Recorded {
  id: string
  verdict: Verdict
  intervals: readonly Interval[]
  /** What was seen after the promotion, where only harm is looked for. */
  bake?: readonly Interval[]
}

/** How a recorded canary would have been judged under other settings. */
export interface Rejudged {
  id: string
  before: Verdict
  after: Verdict
  flipped: boolean
  judgment: Judgment
}

export interface JudgeSettings {
  judge: JudgeConfig
  metrics: readonly MetricConfig[]
  guardrails?: readonly Guardrail[]
}

/**
 * Judges recorded canaries again, in the order given, as far as they were recorded: one that passed early and would now
 * need more is insufficient. What was not recorded cannot be judged: a metric that is new to the settings is
 * insufficient, and so never a pass.
 */
export function rejudge(recorded: readonly Recorded[], settings: JudgeSettings): Rejudged[] {
  return recorded.map(({ id, verdict: before, intervals, bake = [] }) => {
    const judgment = judgeAgain(settings, intervals, bake)
    return { id, before, after: judgment.verdict, flipped: judgment.verdict !== before, judgment }
  })
}

function judgeAgain(settings: JudgeSettings, intervals: readonly Interval[], bake: readonly Interval[]): Judgment {
  const promoted = judgeRun(settings, intervals, true)
  if (promoted.verdict === 'fail' || bake.length === 0) return promoted
  const baked = judgeRun(settings, [...intervals, ...bake], false)
  return baked.verdict === 'fail' ? baked : promoted
}

function judgeRun(settings: JudgeSettings, intervals: readonly Interval[], last: boolean): Judgment {
  const { judge: config, metrics, guardrails = [] } = settings
  const judgment = firstFail(settings, intervals) ?? judge(config, { metrics, intervals, last })
  const broken = checkGuardrails(guardrails, { metrics, intervals })
  if (broken === null || judgment.verdict === 'fail') return judgment
  return { ...judgment, verdict: 'fail', reason: broken.reason, decidedAt: judgment.decidedAt ?? intervals.length }
}

/** The rank test knows nothing of earlier looks: a run asks it at each, and a failure at any of them counts. */
function firstFail({ judge: config, metrics }: JudgeSettings, intervals: readonly Interval[]): Judgment | null {
  if (config.type !== 'mann-whitney') return null
  for (let looks = 1; looks < intervals.length; looks++) {
    const judgment = judge(config, { metrics, intervals: intervals.slice(0, looks), last: false })
    if (judgment.verdict === 'fail') return judgment
  }
  return null
}
