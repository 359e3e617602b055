import { dirname } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { ParameterValue } from '../../../pipeline/execution.ts'
import { checkParameters } from '../../../pipeline/parameters.ts'
import { formatProblem } from '../../../pipeline/problem.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { validatePipeline } from '../../../pipeline/validate.ts'
import { usualWorld } from '../../contract/simulation.ts'
import { templatesBeside } from '../../definitions/templates-beside.ts'
import type { Answer, Scenario } from '../../main/simulate/scenario.ts'
import type { Simulation } from '../../main/simulate/simulate.ts'
import { colours, isExecutionStatus } from '../describe.ts'
import { parseDuration } from '../duration-option.ts'
import { codes } from '../follow.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { note, type OutputFormat, outputOption, paint, print, printData, safe } from '../output.ts'
import { collect, parameterPair } from '../parameter-option.ts'
import { readScenario } from '../scenario-option.ts'
import { simulationText } from '../simulation-text.ts'
import { readTextFile } from '../text-files.ts'

interface SimulateOptions {
  scenario: string
  parameter: string[]
  seed: number
  people: Answer
  answerAfter: number
  running: string
  instances: number
  rate: number
  startUp: number
  at: number
  expect?: string
  output: OutputFormat
}

/**
 * `slipway simulate FILE`: runs a pipeline without a server, in a world where everything is simulated and time costs
 * nothing. Ends with the exit code of the run's status; with `--expect`, with 0 when the run ended so and else with 3.
 */
export function simulateCommand(io: Io): Command {
  return new Command('simulate')
    .description('run a pipeline in a simulated world: timeline, gates, durations, what would be undone')
    .argument('<file>', 'a pipeline file')
    .option('--scenario <name>', scenarioHelp, 'good')
    .option('-p, --parameter <key=value>', 'a parameter; required ones get a sample when left out', collect, [])
    .option('--seed <number>', 'of all chance', wholeNumber, usualWorld.seed)
    .addOption(
      new Option('--people <answer>', 'what people answer')
        .choices(['approve', 'reject', 'timeout'])
        .default(usualWorld.people.answer),
    )
    .addOption(duration('--answer-after', 'how long people take', usualWorld.people.after))
    .option('--running <version>', 'what the services run before; none: nothing yet', usualWorld.running)
    .option('--instances <number>', 'of every service', wholeNumber, usualWorld.instances)
    .option('--rate <number>', 'requests a second of every service', wholeNumber, usualWorld.rate)
    .addOption(duration('--start-up', 'until instances are healthy', usualWorld.startUp))
    .addOption(
      new Option('--at <time>', 'when it begins')
        .argParser(parseTime)
        .default(usualWorld.start, new Date(usualWorld.start).toISOString()),
    )
    .option('--expect <status>', 'the status it must end with, for checks')
    .addOption(outputOption())
    .action(async (file: string, options: SimulateOptions) => {
      if (options.expect !== undefined && !isExecutionStatus(options.expect))
        throw new CliError(`there is no status ${options.expect}`, exitCodes.invalid)
      const pipeline = await readPipeline(file)
      const scenario = await readScenario(options.scenario, pipeline)
      const simulation = await run(pipeline, scenario, options)
      if (options.output !== 'text') printData(io, options.output, simulation)
      else
        print(
          io,
          simulationText(simulation, status => paint(io, io.stdout, colours[status], status)),
        )
      finish(simulation, options.expect, io)
    })
}

const scenarioHelp =
  'good, bad, no-traffic, metrics-down, target-fails-at:STAGE, gate-closed:GATE, or recorded:FILE (a case of slipway judge)'

const duration = (flag: string, what: string, usual: number) =>
  new Option(`${flag} <duration>`, what).argParser(parseDuration).default(usual, `${usual / 1_000}s`)

async function readPipeline(file: string): Promise<Pipeline> {
  const { pipeline, problems } = validatePipeline(await readTextFile(file), file, {
    templates: await templatesBeside(dirname(file)),
  })
  if (pipeline !== null) return pipeline
  throw new CliError(problems.map(problem => safe(formatProblem(problem))).join('\n'), exitCodes.invalid)
}

async function run(pipeline: Pipeline, scenario: Scenario, options: SimulateOptions): Promise<Simulation> {
  const [{ simulate }, { sampleParameters }] = await Promise.all([
    import('../../main/simulate/simulate.ts'),
    import('../../main/simulate/sample-parameters.ts'),
  ])
  const given = options.parameter.map(text => parameterPair(text, pipeline.parameters ?? {}))
  return simulate(pipeline, {
    scenario,
    parameters: checked(pipeline, sampleParameters(pipeline, Object.fromEntries(given))),
    seed: options.seed,
    start: options.at,
    running: options.running === 'none' ? null : options.running,
    instances: options.instances,
    rate: options.rate,
    startUp: options.startUp,
    people: { answer: options.people, after: options.answerAfter },
  })
}

function checked(pipeline: Pipeline, given: Record<string, ParameterValue>): Record<string, ParameterValue> {
  const { values, findings } = checkParameters(pipeline, given)
  if (values !== null) return values
  const lines = findings.map(({ message }) => safe(message)).join('\n')
  throw new CliError(`${lines}\ngive it with -p NAME=VALUE`, exitCodes.invalid)
}

function finish({ status, reason }: Simulation, expected: string | undefined, io: Io): void {
  const words = `the simulated run ${status}${reason === null ? '' : `: ${safe(reason)}`}`
  if (expected === undefined) {
    if (codes[status] === exitCodes.succeeded) return
    throw new CliError(words, codes[status])
  }
  if (status !== expected) throw new CliError(`${words}; it was expected to end ${expected}`, exitCodes.failed)
  note(io, `it ended ${status}, as expected`)
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number')
}

function parseTime(text: string): number {
  const time = Date.parse(text)
  if (Number.isFinite(time)) return time
  throw new InvalidArgumentError('a time such as 2026-01-05T10:00:00Z')
}
