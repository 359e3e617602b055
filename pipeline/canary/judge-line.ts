import { parseSequentialCase } from '../schema/judge-case.ts'
import type { Judgment, MetricJudgment } from './judge.ts'
import { judgeSequential } from './sequential/sequential.ts'

/** One answer of the offline judge, in its sequential form. */
export interface SequentialLine {
  id: string | number
  verdict: Judgment['verdict']
  decidedAt: number | null
  metrics: Pick<MetricJudgment, 'name' | 'verdict' | 'evidence' | 'estimate' | 'lower' | 'upper' | 'reason'>[]
}

/**
 * Judges one case of the sequential form, all of its intervals being the whole run. The numbers are those of the look
 * that decided, or of the last one when none did. Throws a `CaseError` with a JSON pointer on a line that is no case.
 */
export function judgeSequentialLine(json: unknown): SequentialLine {
  const { id, config, evidence } = parseSequentialCase(json)
  const whole = judgeSequential(config, evidence)
  const judgment =
    whole.decidedAt === null
      ? whole
      : judgeSequential(config, { ...evidence, intervals: evidence.intervals.slice(0, whole.decidedAt) })
  return {
    id,
    verdict: judgment.verdict,
    decidedAt: judgment.decidedAt,
    metrics: judgment.metrics.map(({ name, verdict, evidence, estimate, lower, upper, reason }) => ({
      name,
      verdict,
      evidence,
      estimate,
      lower,
      upper,
      reason,
    })),
  }
}
