import type { Verdict } from '../../pipeline/canary/judge.ts'
import { recordedIntervals } from '../../pipeline/canary/recorded.ts'
import type { Recorded } from '../../pipeline/canary/rejudge.ts'
import { expandMetrics } from '../../pipeline/presets.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Client } from '../client/client.ts'
import type { StageAnalysis } from '../contract/analysis.ts'
import type { ExecutionPage } from '../contract/execution.ts'
import { recordedLooks } from '../contract/recorded-looks.ts'

type Run = ExecutionPage['items'][number]

/** The most looks the API gives of one stage. */
const mostLooks = 6_000
const page = 200

/** Ended runs of a pipeline, newest first, at most so many. */
export async function endedRuns(client: Client, pipeline: string, limit: number): Promise<Run[]> {
  const runs: Run[] = []
  for (let cursor: string | null = null; runs.length < limit; ) {
    const query = { pipeline, limit: page, ...(cursor === null ? {} : { cursor }) }
    const answer = await client.listExecutions(query)
    runs.push(...answer.items.filter(({ status }) => isFinal(status)))
    if (answer.next === null) break
    cursor = answer.next
  }
  return runs.slice(0, limit)
}

/**
 * What was recorded of one canary stage of a run; null when there is nothing to judge: it was a first deployment, the
 * stage did not run, or more was recorded than the API gives.
 */
export async function recordedCanary(client: Client, run: Run, stage: StageOf<'canary'>): Promise<Recorded | null> {
  const { stages } = await client.getAnalysis({ id: run.id, stage: stage.id, looks: mostLooks })
  const [analysis] = stages
  if (analysis === undefined || analysis.verdict === null || analysis.truncated) return null
  const looks = recordedLooks(analysis)
  if (looks.length === 0) return null
  const duration = stage.steps.reduce((sum, step) => sum + step.for, stage.bake ?? 0)
  const metrics = expandMetrics(stage.analysis).map(({ config }) => config)
  const planned = Math.ceil(duration / stage.analysis.interval)
  const { climb, bake } = recordedIntervals(looks, metrics, planned)
  return { id: run.id, verdict: verdictOf(run, analysis, stage.id), intervals: climb, bake }
}

/** The verdict that counted; of the newest look when the run does not tell. */
function verdictOf(run: Run, analysis: StageAnalysis, stage: string): Verdict {
  const told = run.stages.find(({ id }) => id === stage)?.outputs?.verdict
  return verdicts.find(verdict => verdict === told) ?? analysis.verdict ?? 'insufficient'
}

const verdicts = ['pass', 'fail', 'insufficient', 'errored'] as const satisfies readonly Verdict[]
