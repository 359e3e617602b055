import { setTimeout as sleep } from 'node:timers/promises'
import { type ExecutionStatus, executionStatuses, isFinal } from '../../pipeline/statuses.ts'
import type { Client } from '../client/client.ts'
import { ApiProblem, ServerUnreachable } from '../client/errors.ts'
import type { ExecutionDetail } from '../contract/execution.ts'
import { colours, describePending, describeStages } from './describe.ts'
import { CliError, type ExitCode, exitCodes, type Io } from './io.ts'
import { note, type OutputFormat, paint, print, printData, safe } from './output.ts'

export interface FollowOptions {
  output: OutputFormat
  /** Milliseconds to wait at most; null: until it has ended. */
  timeout: number | null
  /** Also stop when the run waits for a person. */
  stopAtPerson: boolean
}

/** A server that is away for longer is not waited for. */
const longestOutage = 300_000
const poll = '20s'

/**
 * Shows a run as it goes, on standard error, and its end on standard output. Returns when it succeeded and throws with
 * the exit code of its status when it did not. Ctrl-C stops the waiting, never the run.
 */
export async function follow(client: Client, id: string, options: FollowOptions, io: Io): Promise<void> {
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort()
  process.on('SIGINT', onSignal)
  try {
    const execution = await watch(client, id, options, io, interrupt.signal)
    finish(execution, options, io)
  } finally {
    process.off('SIGINT', onSignal)
  }
}

async function watch(client: Client, id: string, options: FollowOptions, io: Io, signal: AbortSignal) {
  const deadline = options.timeout === null ? Number.POSITIVE_INFINITY : performance.now() + options.timeout
  const shown = new Map<string, string>()
  let execution = await get(client, id, null, io, signal)
  for (;;) {
    show(execution, shown, io)
    if (isFinal(execution.status)) return execution
    if (options.stopAtPerson && executionStatuses[execution.status].needsPerson) return execution
    if (performance.now() >= deadline) throw new CliError(`${id} has not ended in time; it goes on`, exitCodes.timeout)
    execution = await get(client, id, { position: execution.position, until: deadline }, io, signal)
  }
}

/** The run, or what has become of it since `since`; asks again while the server is away. */
async function get(
  client: Client,
  id: string,
  since: { position: number; until: number } | null,
  io: Io,
  signal: AbortSignal,
): Promise<ExecutionDetail> {
  const lostAt = performance.now()
  for (let pause = 250; ; pause = Math.min(pause * 2, 5_000)) {
    try {
      return await client.getExecution({ id, ...waitOf(since) }, { signal })
    } catch (error) {
      if (signal.aborted) throw new CliError(`no longer waiting; ${id} goes on: slipway watch ${id}`, interrupted)
      if (!isPassing(error) || performance.now() - lostAt > longestOutage) throw error
      if (pause === 250) note(io, 'the server does not answer; trying again')
      await sleep(pause, undefined, { signal }).catch(() => {})
    }
  }
}

/** As shells report an interrupt. */
const interrupted = 130 as ExitCode

function waitOf(since: { position: number; until: number } | null) {
  if (since === null) return {}
  const left = since.until - performance.now()
  return { after: since.position, wait: left < 20_000 ? `${Math.max(1, Math.ceil(left))}ms` : poll }
}

function isPassing(error: unknown): boolean {
  if (error instanceof ServerUnreachable) return true
  return error instanceof ApiProblem && (error.problem.status === 503 || error.problem.status === 429)
}

function show(execution: ExecutionDetail, shown: Map<string, string>, io: Io): void {
  for (const [stage, line] of describeStages(execution)) {
    if (shown.get(stage) === line) continue
    shown.set(stage, line)
    const clock = new Date().toTimeString().slice(0, 8)
    note(io, `${paint(io, io.stderr, 'gray', clock)}  ${safe(stage)}  ${line}`)
  }
  const stuck = (execution.pending ?? []).filter(({ attempt }) => attempt > 1)
  const waits = stuck.length === 0 ? '' : describePending(stuck).join('\n')
  if (waits !== '' && shown.get('') !== waits) note(io, waits)
  shown.set('', waits)
}

export const codes = {
  queued: exitCodes.waiting,
  running: exitCodes.waiting,
  waiting: exitCodes.waiting,
  held: exitCodes.waiting,
  paused: exitCodes.waiting,
  'rolling-back': exitCodes.waiting,
  succeeded: exitCodes.succeeded,
  failed: exitCodes.failed,
  'rolled-back': exitCodes.rolledBack,
  rejected: exitCodes.canceled,
  canceled: exitCodes.canceled,
  errored: exitCodes.errored,
} as const satisfies Record<ExecutionStatus, ExitCode>

function finish(execution: ExecutionDetail, options: FollowOptions, io: Io): void {
  const { id, status, reason } = execution
  if (options.output !== 'text') printData(io, options.output, execution)
  else print(io, `${id} ${paint(io, io.stdout, colours[status], status)}`)
  const code = codes[status]
  if (code === exitCodes.succeeded) return
  throw new CliError(`${id} ${status}${reason === null ? '' : `: ${safe(reason)}`}`, code)
}
