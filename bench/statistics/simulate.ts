import type { Interval, MetricConfig, SequentialConfig, Verdict } from '../../pipeline/canary/judge.ts'
import { sequentialRuns } from '../../pipeline/canary/sequential/sequential.ts'
import { type Draw, drawFrom } from './random.ts'

/** One simulated situation: what the judge is told, and how the intervals of a canary come about. */
export interface Situation {
  config: SequentialConfig
  metrics: readonly MetricConfig[]
  looks: number
  /** Makes the intervals of one canary, in order. */
  canary(draw: Draw): () => Interval
}

/** How simulated canaries ended. */
export interface Outcome {
  canaries: number
  /** Shares of all canaries. */
  fail: number
  pass: number
  undecided: number
  /** Looks until the verdict, median over those that got one; null when none did. */
  medianStop: number | null
  /** Looks until nine of ten of all canaries had their verdict; null when fewer got one. */
  nineOfTenStop: number | null
}

/** Judges `canaries` of them look by look, each until its verdict, as a canary stage does. */
export function simulate(situation: Situation, canaries: number, seed: number): Outcome {
  const draw = drawFrom(seed)
  const start = sequentialRuns(situation.config, situation.metrics)
  const ended: Record<Verdict, number> = { pass: 0, fail: 0, insufficient: 0, errored: 0 }
  const stops: number[] = []
  for (let i = 0; i < canaries; i++) {
    const next = situation.canary(draw)
    const run = start()
    let verdict: Verdict = 'insufficient'
    let look = 0
    while (verdict === 'insufficient' && look < situation.looks) {
      look += 1
      run.add(next())
      verdict = run.verdict()
    }
    ended[verdict] += 1
    if (verdict !== 'insufficient') stops.push(look)
  }
  stops.sort((a, b) => a - b)
  return {
    canaries,
    fail: ended.fail / canaries,
    pass: ended.pass / canaries,
    undecided: ended.insufficient / canaries,
    medianStop: stops[Math.floor((stops.length - 1) / 2)] ?? null,
    nineOfTenStop: stops[Math.ceil(0.9 * canaries) - 1] ?? null,
  }
}
