import { reusedStages } from '../../api/executions/retry.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { ExecutionInput } from '../../store/store.ts'
import { interpret } from '../../workflows/interpreter.ts'
import { createJournal } from '../../workflows/journal.ts'
import { createOutbox } from '../../workflows/outbox.ts'
import { createRecorder } from '../../workflows/recorder.ts'
import { stageRegistry } from '../../workflows/stages/registry.ts'
import { createSteering } from '../../workflows/steering.ts'
import { defaultTimings } from '../../workflows/timings.ts'
import { fakeActivities } from '../fakes/activities.ts'
import { fakeMetrics } from '../fakes/metrics.ts'
import { runOf, v1 } from '../fakes/pipelines.ts'
import { fakeStore } from '../fakes/store.ts'
import { fakeTarget } from '../fakes/target.ts'
import { fakeWorld } from '../fakes/world.ts'
import { violations } from './invariants.ts'
import { createModel } from './model.ts'
import type { Command, Schedule } from './schedule.ts'
import { behaviours, shapes } from './schedule.ts'

interface Run {
  input: ExecutionInput
  execution(): Execution
  steering: ReturnType<typeof createSteering>
  tell(): void
  model: ReturnType<typeof createModel>
  ended: Promise<void>
}

/** Runs a schedule in a world where time costs nothing; everything that should not have happened, in words. */
export async function runFake(schedule: Schedule): Promise<string[]> {
  const target = fakeTarget()
  for (const service of ['checkout', 'search']) target.seed(service, v1, 4)
  let starts = 0
  target.fail = () => null
  target.applying = async what => {
    if (!what.includes('2.0.0')) return
    starts += 1
    target.broken[starts <= schedule.brokenStarts ? 'add' : 'delete']('2.0.0')
  }
  const metrics = fakeMetrics(behaviours[schedule.behaviour])
  const store = fakeStore()
  const world = fakeWorld(fakeActivities({ target, metrics, store, now: () => world.now() }))
  const wrong: string[] = []
  const runs: Run[] = []

  const start = (input: ExecutionInput) => {
    const outbox = createOutbox()
    const recorder = createRecorder(world, outbox, {
      linger: 0,
      snapshot: () => ({ execution: journal.execution, sequence: journal.sequence }),
    })
    const steering = createSteering()
    const paused = () => steering.paused
    const journal = createJournal(input, { now: world.now, outbox, changed: recorder.wake, paused })
    const engine = { world, journal, steering, registry: stageRegistry, timings: defaultTimings }
    const ended = world.shielded(() => interpret(input, engine, recorder.flush))
    runs.push({ input, execution: () => journal.execution, steering, tell: journal.tell, model: createModel(), ended })
  }

  const act = (command: Command) => {
    const run = runs.at(-1)!
    const seen = run.execution()
    const expected = run.model.expect(command, seen)
    const refusal = say(run, command, start)
    if (refusal === null) run.model.accepted(command, seen)
    const became = refusal === null ? 'accepted' : 'refused'
    if (expected !== 'either' && expected !== became)
      wrong.push(`${command.what} by ${command.by} at ${command.at} was ${became} (${refusal}), not ${expected}`)
  }

  await world.run(async () => {
    start(runOf([...shapes[schedule.shape](1)]))
    const { turnsBad } = schedule
    if (turnsBad !== null)
      world.at(turnsBad, () => {
        metrics.behaviour = behaviours.bad
      })
    for (const command of schedule.commands) world.at(command.at, () => act(command))
    // Who pauses a run for ever is not what is tested here.
    const last = schedule.commands.at(-1)!.at
    world.at(last + 1, () => {
      for (const run of runs) if (run.steering.paused !== null) say(run, { at: last, by: 'bob', what: 'resume' }, start)
    })
    await world.sleep(last + 2)
    for (const run of runs) await run.ended
  })
  for (const { execution, model } of runs) {
    const { id, status, stages } = execution()
    if (!model.mayEnd(status, stages)) wrong.push(`${id} ended ${status}, which nothing explains`)
  }
  const ended = runs.map(({ input, execution }) => ({
    stages: input.definition.stages,
    execution: execution(),
    events: store.events(input.id),
  }))
  return [...wrong, ...violations(target, ended)]
}

/** Why it was refused; null when it was not. */
function say(run: Run, { by, what }: Command, start: (input: ExecutionInput) => void): string | null {
  const { steering } = run
  const seen = run.execution().stages.find(({ progress }) => progress?.judgment !== undefined)?.progress?.judgment?.seen
  const decision = what === 'reject' ? ('reject' as const) : ('approve' as const)
  const answer = { by, stage: 'approve', decision, seen: seen ?? '', reason: 'because' }
  try {
    if (isFinal(run.execution().status) && ['approve', 'reject', 'promote', 'pause', 'resume', 'skip'].includes(what))
      throw new Error('the execution has ended')
    if (what === 'approve' || what === 'reject') steering.judge(answer)
    if (what === 'pause') steering.pause({ by })
    if (what === 'resume') steering.resume()
    if (what === 'cancel') steering.cancel({ by })
    if (what === 'rollback') steering.rollback({ by })
    if (what === 'promote') steering.promote({ by })
    if (what === 'skip') steering.skip({ by })
    if (what === 'retry') start(retryOf(run))
    run.tell()
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function retryOf({ input, execution }: Run): ExecutionInput {
  const ended = execution()
  if (!isFinal(ended.status)) throw new Error('it has not ended')
  const reused = reusedStages(input.definition, ended, null)
  const attempt = input.attempt + 1
  return { ...input, id: `${input.id}-${attempt}`, attempt, retryOf: input.id, reused }
}
