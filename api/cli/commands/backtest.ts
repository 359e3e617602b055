import { dirname } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { MetricJudgment, Verdict } from '../../../pipeline/canary/judge.ts'
import { rejudge } from '../../../pipeline/canary/rejudge.ts'
import { expandMetrics } from '../../../pipeline/presets.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import type { StageOf } from '../../../pipeline/schema/stage.ts'
import type { TemplateText } from '../../../pipeline/templates.ts'
import { validatePipeline } from '../../../pipeline/validate.ts'
import type { Client } from '../../client/client.ts'
import { templatesBeside } from '../../definitions/templates-beside.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, print, printData, safe, table } from '../output.ts'
import { endedRuns, recordedCanary } from '../recorded-canaries.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'
import { readTextFile } from '../text-files.ts'

interface Options extends ServerOptions {
  stage?: string
  limit: number
}

/** One recorded canary, as `-o json` prints it. */
interface Backtested {
  execution: string
  stage: string
  before: Verdict
  after: Verdict
  flipped: boolean
  reason: string
  decidedAt: number | null
  metrics: MetricJudgment[]
}

/**
 * `slipway backtest PIPELINE`: judges recorded canaries of a pipeline again, under the analysis of a file or of the
 * pipeline as it is now, and shows which verdicts flip. Evidence is read from the server, judged here, and nothing is
 * changed. Metrics are the recorded ones: a changed query is not asked again.
 */
export function backtestCommand(io: Io): Command {
  return withServer(new Command('backtest'))
    .description('judge recorded canaries again under other settings, and show which verdicts flip')
    .argument('<pipeline>', 'a pipeline file with the settings to try, or the name of a pipeline of the server')
    .option('--stage <id>', 'this canary stage only')
    .option('--limit <number>', 'at most so many runs, the newest', parseLimit, 50)
    .action(async (asked: string, options: Options) => {
      const client = connect(io, options)
      const pipeline = await definitionOf(client, asked)
      const stages = canariesOf(pipeline, options.stage)
      const runs = await endedRuns(client, pipeline.name, options.limit)
      const items: Backtested[] = []
      let skipped = 0
      for (const run of runs)
        for (const stage of stages) {
          const recorded = await recordedCanary(client, run, stage)
          if (recorded === null) skipped += 1
          else items.push(judgedAgain(recorded, stage))
        }
      const flipped = items.filter(item => item.flipped).length
      const summary = { pipeline: pipeline.name, judged: items.length, flipped, skipped }
      if (options.output !== 'text') return printData(io, options.output, { ...summary, items })
      tell(io, items, summary)
    })
}

/** A name has neither a dot nor a slash. */
async function definitionOf(client: Client, asked: string): Promise<Pipeline> {
  if (!/[./]/.test(asked)) {
    const { definition, text } = await client.getPipeline({ name: asked })
    // What the server made of it, templates included; the text tells what is wrong when it made nothing.
    return definition === null ? readPipeline(text, asked) : (definition as unknown as Pipeline)
  }
  return readPipeline(await readTextFile(asked), asked, await templatesBeside(dirname(asked)))
}

function readPipeline(text: string, asked: string, templates: readonly TemplateText[] = []): Pipeline {
  const { pipeline, problems } = validatePipeline(text, asked, { templates })
  if (pipeline !== null) return pipeline
  const lines = problems.map(problem => safe(formatProblem(problem))).join('\n')
  throw new CliError(`the pipeline ${asked} is not valid:\n${lines}`, exitCodes.invalid)
}

function canariesOf(pipeline: Pipeline, asked: string | undefined): StageOf<'canary'>[] {
  const canaries = pipeline.stages.filter(stage => stage.type === 'canary')
  const found = canaries.filter(({ id }) => asked === undefined || id === asked)
  if (found.length > 0) return found
  const known = canaries.map(({ id }) => id).join(', ') || 'none'
  throw new CliError(
    asked === undefined
      ? `the pipeline ${pipeline.name} has no canary stage`
      : `the pipeline ${pipeline.name} has no canary stage ${asked}; it has ${known}`,
    exitCodes.invalid,
  )
}

function judgedAgain(
  recorded: NonNullable<Awaited<ReturnType<typeof recordedCanary>>>,
  { id: stage, analysis }: StageOf<'canary'>,
): Backtested {
  const metrics = expandMetrics(analysis).map(({ config }) => config)
  const { judge, guardrails } = analysis
  const [again] = rejudge([recorded], { judge, metrics, guardrails })
  const { before, after, flipped, judgment } = again!
  const { reason, decidedAt, metrics: judged } = judgment
  return { execution: recorded.id, stage, before, after, flipped, reason, decidedAt, metrics: judged }
}

interface Summary {
  pipeline: string
  judged: number
  flipped: number
  skipped: number
}

function tell(io: Io, items: readonly Backtested[], { pipeline, judged, flipped, skipped }: Summary): void {
  const rows = items.map(({ execution, stage, before, after, flipped: flips, reason }) => [
    execution,
    stage,
    before,
    after,
    flips ? 'flips' : '',
    reason,
  ])
  if (rows.length > 0) print(io, table(['EXECUTION', 'STAGE', 'WAS', 'WOULD BE', '', 'BECAUSE'], rows))
  const without = skipped === 0 ? '' : `; ${skipped} without recorded looks`
  note(io, `${judged} recorded ${judged === 1 ? 'canary' : 'canaries'} of ${pipeline}: ${flipped} flip${without}`)
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return limit
  throw new InvalidArgumentError('a number from 1 to 1000')
}
