import type { UpdateDefinition } from '@temporalio/common'
import { ApplicationFailure, CancellationScope, setHandler } from '@temporalio/workflow'
import type { Execution } from '../pipeline/execution.ts'
import { isFinal } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import { createFreezeWatch } from './freeze-watch.ts'
import { interpret } from './interpreter.ts'
import type { Journal } from './journal.ts'
import { createJournal } from './journal.ts'
import { AnswerRefused } from './judgment/refused.ts'
import type { Message } from './messages.ts'
import { cancel, freezes, judge, overrideFreezes, pause, promote, resume, rollback, skip, state } from './messages.ts'
import { createNotices } from './notices.ts'
import { createOutbox } from './outbox.ts'
import { isPatched } from './patched.ts'
import { patches } from './patches.ts'
import { createRecorder } from './recorder.ts'
import { stageRegistry } from './stages/registry.ts'
import type { StageRegistry } from './stages/stage.ts'
import type { Steering } from './steering.ts'
import { createSteering } from './steering.ts'
import type { TemporalLocks } from './temporal-locks.ts'
import { temporalLocks } from './temporal-locks.ts'
import { temporalTurns } from './temporal-turns.ts'
import type { Carried, PlainWorld } from './temporal-world.ts'
import { settled, temporalWorld } from './temporal-world.ts'
import type { Timings } from './timings.ts'
import { defaultTimings } from './timings.ts'
import type { World } from './world.ts'

/** One run of a pipeline. Ends when all that happened is recorded. */
export async function pipelineExecution(input: ExecutionInput, timings: Partial<Timings> = {}): Promise<Execution> {
  return runPipeline(input, { ...defaultTimings, ...timings }, stageRegistry)
}

/** The same with other stage types, for benches. */
export async function runPipeline(
  input: ExecutionInput,
  timings: Timings,
  registry: StageRegistry,
): Promise<Execution> {
  const outbox = createOutbox()
  const along = () => isPatched(patches.lessAsked)
  const carry = (): Carried | null => {
    const carried = along() ? outbox.carry() : null
    if (carried === null) return null
    const { events, evidence, done } = carried
    const { execution: snapshot, sequence } = journal
    return {
      batch: { snapshot, sequence, events, evidence },
      done() {
        done()
        recorder.wake()
      },
    }
  }
  let held = null as TemporalLocks | null
  const locks = (world: PlainWorld) => {
    held = temporalLocks(world, carry)
    return held
  }
  const world = temporalWorld(timings, { locks, turns: temporalTurns, carry })
  const recorder = createRecorder(world, outbox, {
    linger: timings.linger,
    snapshot: () => ({ execution: journal.execution, sequence: journal.sequence }),
    yields: () => world.patched(patches.oneLastRecord),
    settled: () => (along() ? settled() : null),
    lettingGo: () => held?.lettingGo() ?? null,
  })
  const steering = createSteering()
  const paused = () => steering.paused ?? steering.blocked
  const notices = createNotices(input, world)
  const changed = () => {
    recorder.wake()
    notices.look(journal.execution)
  }
  const journal = createJournal(input, { now: world.now, outbox, changed, paused })
  handleMessages(journal, steering)
  handleFreezes(input, world, journal, steering)
  await CancellationScope.nonCancellable(() =>
    interpret(input, { world, journal, steering, registry, timings }, recorder.flush),
  )
  await CancellationScope.nonCancellable(notices.settled)
  if (along()) await CancellationScope.nonCancellable(async () => held?.idle())
  return journal.execution
}

function handleMessages(journal: Journal, steering: Steering): void {
  const received = (message: string, { by, reason }: Message) =>
    journal.event('message.received', { message, by, reason: reason ?? null })

  setHandler(state, () => journal.execution)
  setHandler(cancel, message => {
    received('cancel', message)
    steering.cancel(message)
  })
  setHandler(rollback, message => {
    received('rollback', message)
    steering.rollback(message)
  })
  /** What can be refused: checked before it is on record, answered with the state after it. */
  const update = <M extends Message>(
    definition: UpdateDefinition<Execution, [M]>,
    act: (message: M) => void,
    check: (message: M) => void,
  ) =>
    setHandler(
      definition,
      message => {
        received(definition.name, message)
        act(message)
        journal.tell()
        return journal.execution
      },
      {
        validator: message =>
          refuse(() => {
            checkGoesOn(journal.execution)
            check(message)
          }),
      },
    )
  update(promote, steering.promote, steering.checkPromote)
  update(pause, steering.pause, steering.checkPause)
  update(resume, steering.resume, steering.checkResume)
  update(skip, steering.skip, steering.checkSkip)
  update(judge, steering.judge, steering.checkJudge)
  // A cancel by Temporal's own means is one like any other.
  CancellationScope.current().cancelRequested.catch(() => {
    const message = { by: 'temporal', reason: 'its workflow was asked to cancel' }
    received('cancel', message)
    steering.cancel(message)
  })
}

function handleFreezes(input: ExecutionInput, world: World, journal: Journal, steering: Steering): void {
  const watch = createFreezeWatch(world, journal, steering)
  // What takes back is never held up.
  const isFree = input.overridesFreezes === true || input.rollbackOf !== null
  setHandler(freezes, isFree ? () => {} : watch.told)
  setHandler(overrideFreezes, ({ by, reason }) => {
    journal.event('message.received', { message: 'override-freezes', by, reason: reason ?? null })
    steering.overrideFreezes()
  })
}

/** What has ended and is only being recorded would take a word, and do nothing with it. */
function checkGoesOn({ status }: Execution): void {
  if (isFinal(status)) throw new Error(`it has ended: ${status}`)
}

function refuse(check: () => void): void {
  try {
    check()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const type = error instanceof AnswerRefused ? error.kind : 'Refused'
    throw ApplicationFailure.create({ message: reason, type, nonRetryable: true })
  }
}
