import { Command, InvalidArgumentError } from 'commander'
import type { CalibrationReport } from '../../contract/judging.ts'
import type { Io } from '../io.ts'
import { note, print, printData, safe, table } from '../output.ts'
import { connect, type ServerOptions, withServer } from '../server-options.ts'

interface Options extends ServerOptions {
  stage?: string
  runs: number
}

/**
 * `slipway calibrate PIPELINE`: the real false-alarm rate of each metric, from looks at which a fresh baseline was seen
 * beside the stable cluster, and the settings that fit.
 */
export function calibrateCommand(io: Io): Command {
  return withServer(new Command('calibrate'))
    .description('how often the judge would cry wolf: stable against stable, from recorded canaries')
    .argument('<pipeline>')
    .option('--stage <id>', 'this canary stage only')
    .option('--runs <number>', 'at most so many runs, the newest', parseRuns, 30)
    .action(async (name: string, { stage, runs, ...options }: Options) => {
      const query = stage === undefined ? { runs } : { runs, stage }
      const report = await connect(io, options).getCalibration({ name, ...query })
      if (options.output !== 'text') return printData(io, options.output, report)
      for (const one of report.stages) tell(io, one)
      if (report.stages.length === 0) note(io, `the pipeline ${name} has no canary stage`)
    })
}

function tell(io: Io, { stage, runs, looks, metrics }: CalibrationReport['stages'][number]) {
  if (runs === 0) return note(io, `${stage}: ${nothingRecorded}`)
  const rows = metrics.map(({ name, falseFails, budget, overDispersion, correlation, proposed }) => [
    stage,
    name,
    `${falseFails} of ${runs}`,
    `${Number((100 * budget).toPrecision(2))} %`,
    shown(overDispersion),
    shown(correlation),
    Object.entries(proposed)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', '),
  ])
  print(io, table(['STAGE', 'METRIC', 'FALSE FAILS', 'ALLOWED', 'PHI', 'CORRELATION', 'PROPOSED'], rows))
  for (const { name, finding } of metrics) note(io, safe(`${name}: ${finding}`))
  note(io, `${stage}: ${looks} looks in ${runs} ${runs === 1 ? 'run' : 'runs'} saw the same release twice`)
}

const nothingRecorded =
  'nothing to calibrate with; it takes canaries with "baseline: fresh", whose baseline is compared with stable'

function shown(value: number | null): string {
  return value === null ? '' : value.toFixed(2)
}

function parseRuns(text: string): number {
  const runs = Number(text)
  if (Number.isInteger(runs) && runs >= 1 && runs <= 100) return runs
  throw new InvalidArgumentError('a number from 1 to 100')
}
