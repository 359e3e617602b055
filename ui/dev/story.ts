import type { AnalysisReport } from '../../api/contract/analysis.ts'
import type { Interval, Judgment, MetricConfig, SequentialConfig } from '../../pipeline/canary/judge.ts'
import { judgeSequential } from '../../pipeline/canary/sequential/sequential.ts'

/** Made-up canaries for working on the page without a server: the traffic is invented, the judge is the real one. */

export interface Story {
  /** Share of bad requests of each side. */
  errors: { baseline: number; canary: number }
  slow: { baseline: number; canary: number }
  looks: number
  seed: number
}

const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.01 }
const metrics: MetricConfig[] = [
  { name: 'errors', kind: 'proportion', margin: { absolute: 0.01 }, critical: true, weight: 1 },
  { name: 'slow', kind: 'proportion', margin: { absolute: 0.01 }, critical: true, weight: 1 },
]

/** The report the API would give of this canary. */
export function reportOf(execution: string, stage: string, story: Story, from: number): AnalysisReport {
  const random = generator(story.seed)
  const intervals: Interval[] = []
  const looks: AnalysisReport['stages'][number]['looks'] = []
  const times: { from: string; to: string; weight: number }[] = []
  for (let look = 1; look <= story.looks; look += 1) {
    const weight = weightAt(look)
    const total = Math.round(weight * 8 * (0.9 + 0.2 * random()))
    const side = (name: 'errors' | 'slow', arm: 'baseline' | 'canary') => ({
      bad: binomial(total, story[name][arm], random),
      total,
    })
    intervals.push({
      baseline: { errors: side('errors', 'baseline'), slow: side('slow', 'baseline') },
      canary: { errors: side('errors', 'canary'), slow: side('slow', 'canary') },
    })
    const at = from + look * 10_000
    times.push({ from: new Date(at - 10_000).toISOString(), to: new Date(at).toISOString(), weight })
    const judgment = judgeSequential(config, { metrics, intervals, last: false })
    looks.push(lookOf(look, new Date(at).toISOString(), weight, judgment))
    if (judgment.verdict === 'fail') break
  }
  const newest = looks.at(-1)
  return {
    execution,
    stages: [
      {
        stage,
        verdict: newest?.verdict ?? null,
        judge: newest?.judge ?? null,
        metrics: metrics.map(({ name }) => ({
          name,
          provider: 'router',
          query: `router ${name}`,
          window: { from: times[0]?.from ?? '', to: times[intervals.length - 1]?.to ?? '' },
          judgment: newest?.metrics.find(metric => metric.name === name) ?? null,
          points: intervals.map((interval, index) => ({
            look: index + 1,
            from: times[index]!.from,
            to: times[index]!.to,
            weights: weightsAt(times[index]!.weight),
            query: `router ${name}`,
            state: 'ok' as const,
            baseline: interval.baseline[name]!,
            canary: interval.canary[name]!,
            exposure: null,
          })),
        })),
        looks,
        truncated: false,
      },
    ],
  }
}

function lookOf(look: number, at: string, weight: number, judgment: Judgment) {
  const { verdict, reason, metrics: judged } = judgment
  return { look, at, weights: weightsAt(weight), verdict, reason, judge: judgment.judge, metrics: judged }
}

export function weightsAt(weight: number) {
  return { stable: 100 - 2 * weight, baseline: weight, canary: weight }
}

/** Three steps, 5, 25 and 50 percent. */
export function weightAt(look: number): number {
  if (look > 20) return 50
  return look > 10 ? 25 : 5
}

function binomial(total: number, share: number, random: () => number): number {
  let bad = 0
  for (let index = 0; index < total; index += 1) if (random() < share) bad += 1
  return bad
}

/** The same numbers every time. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
