import type { Interval, JudgeConfig, Judgment, MetricConfig, Verdict } from './judge.ts'
import { judge } from './judges.ts'

/** A canary that was judged: what was seen, and the verdict it got. */
export interface Recorded {
  id: string
  verdict: Verdict
  intervals: readonly Interval[]
}

/** How a recorded canary would have been judged under other settings. */
export interface Rejudged {
  id: string
  before: Verdict
  after: Verdict
  flipped: boolean
  judgment: Judgment
}

/**
 * Judges recorded canaries again, as whole runs, in the order given. What was not recorded cannot be judged: a metric
 * that is new to the settings is insufficient, and so never a pass.
 */
export function rejudge(
  recorded: readonly Recorded[],
  settings: { judge: JudgeConfig; metrics: readonly MetricConfig[] },
): Rejudged[] {
  return recorded.map(({ id, verdict: before, intervals }) => {
    const judgment = judge(settings.judge, { metrics: settings.metrics, intervals, last: true })
    return { id, before, after: judgment.verdict, flipped: judgment.verdict !== before, judgment }
  })
}
