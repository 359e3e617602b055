import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { WorkflowHandle } from '@temporalio/client'
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { createActivities } from '../../activities/activities.ts'
import type { MetricProvider } from '../../activities/metrics/provider.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { RunningWorker } from '../../activities/worker.ts'
import { runWorker } from '../../activities/worker.ts'
import { askAgain } from '../../api/engine/ask-again.ts'
import { reusedStages } from '../../api/executions/retry.ts'
import type { Execution, StageState } from '../../pipeline/execution.ts'
import type { Stage } from '../../pipeline/schema/stage.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { ExecutionInput } from '../../store/store.ts'
import { pipelineExecutionType, taskQueue } from '../../workflows/messages.ts'
import { lockTimings, quietTemporal, testTimings } from '../fakes/engine.ts'
import type { FakeMetrics } from '../fakes/metrics.ts'
import { fakeMetrics } from '../fakes/metrics.ts'
import { runOf, v1 } from '../fakes/pipelines.ts'
import type { FakeStore } from '../fakes/store.ts'
import { fakeStore } from '../fakes/store.ts'
import { fakeTarget } from '../fakes/target.ts'
import type { TemporalServer } from '../temporal.ts'
import { violations } from './invariants.ts'
import type { Model } from './model.ts'
import { createModel } from './model.ts'
import type { Command, Schedule } from './schedule.ts'
import { behaviours, shapes } from './schedule.ts'

/** How much faster than in the fake world everything happens. */
export const pace = 0.5

/** Milliseconds after its last command. Nothing in a schedule takes a minute; what stands still does so for ever. */
const patience = 600_000

/** The real workflows on a real Temporal; every schedule has a target of its own. */
export interface Field {
  /** Runs a schedule; everything that should not have happened, in words. */
  run(schedule: Schedule, name: string): Promise<string[]>
  readonly kills: number
  stop(): Promise<void>
}

interface Parts {
  server: TemporalServer
  targets: Record<string, Target>
  metrics: Record<string, FakeMetrics>
  store: FakeStore
  kill(): Promise<void>
}

export async function openField(server: TemporalServer): Promise<Field> {
  quietTemporal()
  const connection = await NativeConnection.connect({ address: server.address })
  const [targets, metrics]: [Record<string, Target>, Record<string, FakeMetrics>] = [{}, {}]
  const store = fakeStore()
  const router: MetricProvider = {
    query: (query, window, signal) => metrics[query.selector.target]!.query(query, window, signal),
    describe: ({ metric }) => metric,
    ping: async () => {},
  }
  const locks = { timings: lockTimings }
  const parts = { targets, providers: { router }, store: store as never, client: server.client, locks }
  const activities = createActivities(parts)
  const work = () => runWorker({ connection, namespace: server.namespace, activities })
  let worker: RunningWorker = await work()
  let killing: Promise<void> | null = null
  let kills = 0

  /** The worker ends in the middle of everything, with all it has in memory; another one takes over. */
  const kill = () => {
    killing ??= (async () => {
      kills += 1
      await worker.stop()
      worker = await work()
      killing = null
    })()
    return killing
  }

  return {
    run: (schedule, name) => runReal(schedule, name, { server, targets, metrics, store, kill }),
    get kills() {
      return kills
    },
    async stop() {
      await killing
      await worker.stop()
      await connection.close()
    },
  }
}

interface Run {
  input: ExecutionInput
  model: Model
}

async function runReal(schedule: Schedule, name: string, parts: Parts): Promise<string[]> {
  const { server, targets, metrics, store } = parts
  const target = fakeTarget()
  for (const service of ['checkout', 'search']) target.seed(service, v1, 4)
  let starts = 0
  target.applying = async what => {
    if (!what.includes('2.0.0')) return
    starts += 1
    target.broken[starts <= schedule.brokenStarts ? 'add' : 'delete']('2.0.0')
  }
  targets[name] = target
  const own = fakeMetrics(behaviours[schedule.behaviour])
  metrics[name] = own
  const stages = shapes[schedule.shape](pace).map(
    stage => ('target' in stage ? { ...stage, target: name } : stage) as Stage,
  )
  const runs: Run[] = []
  const wrong: string[] = []
  const handle = (id: string) => server.client.workflow.getHandle(id)
  const seenOf = (id: string) =>
    patiently(
      () => handle(id).query<Execution>('state'),
      () => storyOf(handle(id)),
    )

  /** Two at once, of which one comes first. */
  const start = async (input: ExecutionInput) => {
    const options = { workflowId: input.id, taskQueue, workflowIdReusePolicy: 'REJECT_DUPLICATE' as const }
    const began = await Promise.allSettled(
      [1, 2].map(() => server.client.workflow.start(pipelineExecutionType, { ...options, args: [input, testTimings] })),
    )
    const failures = began.flatMap(one => (one.status === 'rejected' ? [one.reason] : []))
    if (failures.length !== 1 || !(failures[0] instanceof WorkflowExecutionAlreadyStartedError))
      wrong.push(`${input.id} was started ${2 - failures.length} times: ${failures.join(', ')}`)
    if (!runs.some(run => run.input.id === input.id)) runs.push({ input, model: createModel() })
  }

  const act = async (command: Command) => {
    const run = runs.at(-1)!
    const { id } = run.input
    if (command.what === 'kill-worker') return parts.kill()
    const before = await seenOf(id)
    const refusal = await say(command, run.input, before, { server, start })
    const after = await seenOf(id)
    const states = [before, between(before, after), after]
    const expected = new Set(states.map(state => run.model.expect(command, state)))
    if (refusal === null) run.model.accepted(command, before)
    const became = refusal === null ? 'accepted' : 'refused'
    const certain = expected.size === 1 && !expected.has('either')
    if (certain && !expected.has(became))
      wrong.push(`${command.what} by ${command.by} at ${command.at} was ${became} (${refusal}), not ${[...expected]}`)
  }

  await start({ ...runOf(stages, name) })
  const begun = performance.now()
  const { turnsBad } = schedule
  const turnBad = () => {
    own.behaviour = behaviours.bad
  }
  const turning = turnsBad === null ? null : setTimeout(turnBad, turnsBad * pace)
  for (const command of schedule.commands) {
    await sleep(Math.max(0, command.at * pace - (performance.now() - begun)))
    await act(command)
  }
  for (const { input } of runs) {
    const resume = () => handle(input.id).executeUpdate('resume', { args: [{ by: 'bob' }] })
    await askAgain(resume).catch(() => {})
    const ended = handle(input.id)
      .result()
      .then(() => true)
    if (!(await Promise.race([ended, sleep(patience, false, { ref: false })]))) wrong.push(`${input.id} has not ended`)
  }
  if (turning !== null) clearTimeout(turning)
  const ended = await Promise.all(
    runs.map(async ({ input, model }) => {
      const execution = await seenOf(input.id)
      if (!model.mayEnd(execution.status, execution.stages))
        wrong.push(`${input.id} ended ${execution.status}, which nothing explains`)
      return { stages: input.definition.stages, execution, events: store.events(input.id) }
    }),
  )
  return [...wrong, ...violations(target, ended)]
}

/** What nobody has seen: stages that have come further meanwhile were under way when the command came. */
function between(before: Execution, after: Execution): Execution {
  const underWay = ({ type }: StageState) => (type === 'judgment' ? 'waiting' : 'running')
  const stages = after.stages.map((stage, index) =>
    stage.status === before.stages[index]!.status ? stage : ({ ...stage, status: underWay(stage) } as const),
  )
  return { ...before, stages }
}

/** A question finds nobody while one worker has ended and the next has not begun. */
async function patiently<T>(ask: () => Promise<T>, story: () => Promise<string>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await ask()
    } catch (error) {
      if (tries === 240) throw new Error(`asked ${tries} times: ${inspect(error)}\n${await story()}`)
      await sleep(500)
    }
}

/** The history of a run that answers nobody, for whoever looks for the reason. */
async function storyOf(handle: WorkflowHandle): Promise<string> {
  const { events } = await handle.fetchHistory()
  return (events ?? [])
    .slice(-40)
    .map(event => JSON.stringify({ ...event, workflowExecutionStartedEventAttributes: undefined }))
    .join('\n')
}

const updates = new Set(['approve', 'reject', 'pause', 'resume', 'promote', 'skip'])

/** Why it was refused; null when it was not. */
async function say(
  { what, by }: Command,
  input: ExecutionInput,
  seen: Execution,
  { server, start }: { server: TemporalServer; start(input: ExecutionInput): Promise<void> },
): Promise<string | null> {
  const handle = server.client.workflow.getHandle(input.id)
  const judged = seen.stages.find(({ progress }) => progress?.judgment !== undefined)?.progress?.judgment
  const decision = what === 'reject' ? 'reject' : 'approve'
  const answer = { by, stage: 'approve', decision, seen: judged?.seen ?? '', reason: 'because' }
  try {
    if (what === 'cancel' || what === 'rollback') await handle.signal(what, { by })
    if (what === 'retry') {
      if (!isFinal(seen.status)) return 'it has not ended'
      await handle.result()
      await start(retryOf(input, seen))
    }
    if (what === 'trigger-again') await startAgain(server, input)
    if (updates.has(what)) await update(handle, what, answer)
    return null
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? error.message
    if (error instanceof WorkflowNotFoundError) return 'the execution has ended'
    return (error as Error).message
  }
}

/** Whoever hears nothing asks again with the same id, as the API's clients do: a busy machine has refused nothing. */
async function update(handle: WorkflowHandle, what: Command['what'], answer: { by: string }): Promise<void> {
  const judges = what === 'approve' || what === 'reject'
  const args: [object] = [judges ? answer : { by: answer.by }]
  const options = { args, updateId: randomUUID() }
  for (let tries = 1; ; tries += 1)
    try {
      return void (await askAgain(() => handle.executeUpdate<Execution, [object]>(judges ? 'judge' : what, options)))
    } catch (error) {
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) || tries === 20) throw error
    }
}

async function startAgain(server: TemporalServer, input: ExecutionInput): Promise<void> {
  const options = { workflowId: input.id, taskQueue, workflowIdReusePolicy: 'REJECT_DUPLICATE' as const }
  try {
    await server.client.workflow.start(pipelineExecutionType, { ...options, args: [input, testTimings] })
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return
    throw error
  }
  throw new Error(`${input.id} was started a second time`)
}

function retryOf(input: ExecutionInput, ended: Execution): ExecutionInput {
  const reused = reusedStages(input.definition, ended, null)
  const attempt = input.attempt + 1
  return { ...input, id: `${input.id}-${attempt}`, attempt, retryOf: input.id, reused }
}
