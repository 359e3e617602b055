import { Command } from 'commander'
import type { Margin } from '../../../pipeline/canary/judge.ts'
import { type Assumptions, type Duration, timeToFail, timeToPass } from '../../../pipeline/canary/power.ts'
import { duration, percentage } from '../../../pipeline/schema/scalars.ts'
import { CliError, exitCodes, type Io } from '../io.ts'
import { type OutputFormat, outputOption, print, printData, table } from '../output.ts'

interface Options {
  requests?: string
  errors?: string
  weight?: string
  baseline: string
  detect?: string
  margin?: string
  falseAlarm: string
  falsePass?: string
  interval: string
  metrics: string
  output: OutputFormat
}

/** `slipway power`: how long a canary step must be, at which traffic, to detect what. Offline. */
export function powerCommand(io: Io): Command {
  return new Command('power')
    .description('say how long a canary step needs to find a given regression')
    .option('--requests <rate>', 'requests a second to the whole service')
    .option('--errors <share>', "the baseline's share of bad requests, such as 1%")
    .option('--weight <share>', "the canary's share of the traffic, such as 5%")
    .option('--baseline <kind>', 'fresh (the same weight as the canary) or stable (all the rest)', 'fresh')
    .option('--detect <size>', "the regression to find: the canary's share, such as 2%, or a factor, such as 2x")
    .option('--margin <size>', 'what is still acceptable: points, such as 1%, or a factor, such as 1.5x')
    .option('--false-alarm <share>', 'chance that an equal canary is failed', '1%')
    .option('--false-pass <share>', 'chance that a canary at the margin passes (default: as false alarms)')
    .option('--interval <duration>', 'time between looks', '10s')
    .option('--metrics <number>', 'metrics of equal weight that share the budget of false alarms', '1')
    .addOption(outputOption())
    .action((options: Options) => {
      const plan = planOf(options)
      if (options.output !== 'text') return printData(io, options.output, plan)
      print(io, textOf(plan))
    })
}

/** What `-o json` and `-o yaml` print. Durations are milliseconds; null: it takes longer than can be planned, or never happens. */
interface Plan {
  interval: number
  requestsPerInterval: { baseline: number; canary: number }
  errors: { baseline: number; canary: number }
  margin: Margin | null
  falseAlarm: number
  falsePass: number
  fail: Times
  pass: Times | null
}

interface Times {
  median: number | null
  nineOfTen: number | null
}

function planOf(options: Options): Plan {
  const interval = parsed(
    '--interval',
    options.interval,
    text => duration.safeParse(text).data,
    'a duration such as 10s',
  )
  const errors = share('--errors', options.errors)
  const canaryErrors = parsed(
    '--detect',
    options.detect,
    text => worse(text, errors),
    'a share such as 2%, or a factor such as 2x',
  )
  if (!(canaryErrors > errors))
    throw invalid(`--detect ${options.detect} is no more than the ${options.errors} of --errors`)
  if (canaryErrors > 1) throw invalid(`--detect ${options.detect} of ${options.errors} is more than all requests`)
  const margin = options.margin === undefined ? undefined : marginOf(options.margin)
  const falseAlarm = chance('--false-alarm', options.falseAlarm)
  const falsePass = chance('--false-pass', options.falsePass ?? options.falseAlarm)
  const metrics = parsed('--metrics', options.metrics, positive, 'a number above 0')
  const exposure = exposureOf(options, interval)
  const assumptions: Assumptions = {
    kind: 'proportion',
    exposure,
    rates: { baseline: errors, canary: canaryErrors },
    ...(margin && { margin }),
    falseFail: falseAlarm / metrics,
    falsePass,
  }
  const pass = timeToPass(assumptions)
  return {
    interval,
    requestsPerInterval: exposure,
    errors: assumptions.rates,
    margin: margin ?? null,
    falseAlarm,
    falsePass,
    fail: inTime(timeToFail(assumptions), interval),
    pass: pass && inTime(pass, interval),
  }
}

function exposureOf(options: Options, interval: number): Plan['requestsPerInterval'] {
  const requests = parsed('--requests', options.requests, positive, 'a number of requests a second above 0')
  const weight = share('--weight', options.weight)
  if (!(weight > 0 && weight < 1)) throw invalid(`--weight ${options.weight} must be above 0% and below 100%`)
  if (options.baseline !== 'fresh' && options.baseline !== 'stable')
    throw invalid(`--baseline ${options.baseline} is unknown; known are fresh and stable`)
  if (options.baseline === 'fresh' && weight > 0.5)
    throw invalid(`--weight ${options.weight} leaves too little for a fresh baseline of the same weight; at most 50%`)
  const all = (requests * interval) / 1_000
  return { baseline: all * (options.baseline === 'fresh' ? weight : 1 - weight), canary: all * weight }
}

/** `2%` → 0.02, `2x` → twice the errors. */
function worse(text: string, errors: number): number | undefined {
  const factor = factorOf(text)
  return factor === undefined ? percentage.safeParse(text).data : factor * errors
}

/** `1%` → one point; `1.5x` → half as many again. */
function marginOf(text: string): Margin {
  const factor = factorOf(text)
  if (factor !== undefined) {
    if (factor > 1) return { relative: factor - 1 }
    throw invalid(`--margin ${text} must be above 1x`)
  }
  const absolute = share('--margin', text)
  if (absolute > 0 && absolute < 1) return { absolute }
  throw invalid(`--margin ${text} must be above 0% and below 100%`)
}

function factorOf(text: string): number | undefined {
  return /^\d+(\.\d+)?x$/.test(text) ? Number(text.slice(0, -1)) : undefined
}

function share(option: string, text: string | undefined): number {
  const value = parsed(option, text, given => percentage.safeParse(given).data, 'a percentage such as 1%')
  if (value <= 1) return value
  throw invalid(`${option} ${text} is more than all of it`)
}

function chance(option: string, text: string): number {
  const value = share(option, text)
  if (value > 0 && value <= 0.5) return value
  throw invalid(`${option} ${text} must be above 0% and at most 50%`)
}

function positive(text: string): number | undefined {
  const value = Number(text)
  return value > 0 && Number.isFinite(value) ? value : undefined
}

function parsed<T>(option: string, text: string | undefined, parse: (text: string) => T | undefined, what: string): T {
  if (text === undefined) throw invalid(`${option} is needed: ${what}`)
  const value = parse(text)
  if (value === undefined) throw invalid(`${option} ${text} must be ${what}`)
  return value
}

function invalid(message: string): CliError {
  return new CliError(message, exitCodes.invalid)
}

function inTime({ median, nineOfTen }: Duration, interval: number): Times {
  const time = (intervals: number | null) => (intervals === null ? null : intervals * interval)
  return { median: time(median), nineOfTen: time(nineOfTen) }
}

function textOf({ interval, requestsPerInterval: { baseline, canary }, errors, fail, pass }: Plan): string {
  const percent = (value: number) => `${Number((100 * value).toPrecision(3))} %`
  const requests = (value: number) => Number(value.toPrecision(3)).toLocaleString('en-US')
  const row = (what: string, { median, nineOfTen }: Times) => [what, inWords(median), inWords(nineOfTen)]
  const rows = [row(`a canary with ${percent(errors.canary)} instead of ${percent(errors.baseline)} fails`, fail)]
  if (pass) rows.push(row('an equal canary passes', pass))
  const lines = [
    `${requests(canary)} canary and ${requests(baseline)} baseline requests between looks, one every ${inWords(interval)}`,
    '',
    table(['', 'HALF AFTER', 'NINE OF TEN AFTER'], rows),
  ]
  if (!pass) lines.push('', 'An equal canary never passes without a --margin.')
  if (pass?.median === null)
    lines.push('', 'The margin is too small for this traffic, or below a hundredth of the error rate.')
  return lines.join('\n')
}

function inWords(milliseconds: number | null): string {
  if (milliseconds === null) return 'never'
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const
  let rest = milliseconds
  const parts: string[] = []
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size)
    if (amount > 0 && parts.length < 2) parts.push(`${amount}${unit}`)
    rest -= amount * size
  }
  return parts.join(' ') || '0s'
}
