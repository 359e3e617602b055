import type { Evidence, Interval, Judgment, MetricConfig, SequentialConfig, Verdict } from '../judge.ts'
import { type MetricVerdict, type Overall, overallVerdict } from '../overall.ts'
import { errorBudgets } from './budget.ts'
import { judgeProblems, metricProblems, nameProblems, type Problem } from './config-problems.ts'
import { metricTrack } from './metric-track.ts'

const judgeName = { type: 'sequential', version: '1' }

/**
 * The sequential judge: anytime-valid tests of two nulls a metric, harm and staying within the margin, so that it may
 * be asked at every look and stop at either.
 *
 * All looks are taken in order, the last one included: a fail is final at the look where it first held, with the
 * numbers of that look; a pass must hold at the last look. A configuration without meaning throws a RangeError.
 */
export function judgeSequential(config: SequentialConfig, evidence: Evidence): Judgment {
  const run = createSequential(config, evidence.metrics)
  for (const [index, interval] of evidence.intervals.entries()) {
    if (index === evidence.passSince) run.restartPass()
    run.add(interval)
  }
  return run.judgment(evidence.last)
}

/** The same judge, fed one interval at a time. */
export interface SequentialRun {
  add(interval: Interval): void
  /** A new step asks for a pass of its own; the evidence for harm goes on. */
  restartPass(): void
  /** The overall verdict of all looks so far, without the report; much cheaper than `judgment`. */
  verdict(): Verdict
  judgment(last: boolean): Judgment
}

export function createSequential(config: SequentialConfig, metrics: readonly MetricConfig[]): SequentialRun {
  return sequentialRuns(config, metrics)()
}

/** Checks a configuration once and makes any number of runs of it, which share what can be shared. */
export function sequentialRuns(config: SequentialConfig, metrics: readonly MetricConfig[]): () => SequentialRun {
  refuseProblems(config, metrics)
  const budgets = errorBudgets(config, metrics)
  const falsePass = config.falsePass ?? config.falseAlarm
  const starts = metrics.map((metric, index) => metricTrack(metric, { falseFail: budgets[index]!, falsePass }))
  return () => createRun(metrics, starts)
}

function createRun(metrics: readonly MetricConfig[], starts: readonly ReturnType<typeof metricTrack>[]): SequentialRun {
  const tracks = starts.map(start => start())
  let looks = 0
  /** The look since which the overall verdict has been `pass`. */
  let passingSince: number | null = null
  let failed: Judgment | null = null
  const verdicts: MetricVerdict[] = metrics.map(metric => ({
    name: metric.name,
    verdict: 'insufficient',
    critical: metric.critical ?? false,
    muted: metric.muted ?? false,
    group: metric.group ?? null,
    weight: metric.weight ?? 1,
  }))
  let current = overallVerdict(verdicts)

  /** Most looks change no metric's verdict, and then not the overall one. */
  const overall = (last: boolean): Overall => {
    let changed = false
    for (const [index, metric] of verdicts.entries()) {
      const verdict = tracks[index]!.verdict(last)
      changed ||= verdict !== metric.verdict
      metric.verdict = verdict
    }
    if (changed) current = overallVerdict(verdicts)
    return current
  }

  const report = (last: boolean): Judgment => {
    const { verdict, reason } = overall(last)
    const decidedAt = verdict === 'fail' ? looks : verdict === 'pass' ? passingSince : null
    return { verdict, decidedAt, reason, metrics: tracks.map(track => track.judgment(last)), judge: judgeName }
  }

  return {
    add(interval) {
      if (failed) return
      looks += 1
      for (const track of tracks) track.look(interval)
      const { verdict } = overall(false)
      passingSince = verdict === 'pass' ? (passingSince ?? looks) : null
      if (verdict === 'fail') failed = report(false)
    },
    restartPass() {
      for (const track of tracks) track.restart()
    },
    verdict: () => failed?.verdict ?? overall(false).verdict,
    judgment: last => failed ?? report(last),
  }
}

function refuseProblems(config: SequentialConfig, metrics: readonly MetricConfig[]): void {
  const problems = [
    ...judgeProblems(config).map(problem => described('judge', problem)),
    ...nameProblems(metrics).map(({ message }) => message),
    ...metrics.flatMap(metric => metricProblems(metric).map(problem => described(metric.name, problem))),
  ]
  if (problems.length > 0) throw new RangeError(problems.join('; '))
}

function described(subject: string, { path, message }: Problem): string {
  return `${subject}: ${path.join('.')} ${message}`
}
