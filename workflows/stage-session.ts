import type { ServiceRef } from '../activities/requests.ts'
import type { Execution } from '../pipeline/execution.ts'
import type { ExpressionContext } from '../pipeline/expressions/evaluate.ts'
import type { Release } from '../pipeline/release.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import { isFinal } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import type { Engine } from './interpreter.ts'
import { CannotTell } from './outcome.ts'
import { patches } from './patches.ts'
import type { StageContext } from './stages/stage.ts'
import { targetOf } from './target-of.ts'
import type { Committed, UndoStack } from './undo.ts'
import { createUndoStack } from './undo.ts'
import { undoStage } from './undo-stage.ts'
import type { Grant } from './world.ts'

/** All that belongs to one running stage: what it may do, what it would undo, what it has locked. */
export interface StageSession {
  context: StageContext
  undo: UndoStack
  /** What the stage said last about itself, to be kept. */
  note(): string | null
  /** From now on, effects that were begun before are refused. */
  shutOut(): void
  /** Takes back an attempt that did not end well and waits for the next one; throws when it cannot be taken back. */
  again(reason: string, pause: number): Promise<void>
  /** Something of an earlier attempt could not be taken back. */
  readonly undoFailed: boolean
  /** What could be taken back later; null when there is nothing. */
  committed(): Committed | null
  release(): Promise<void>
  /** What the stage brings, once that is known; null when it brings nothing. */
  brings: { service: string; target: string; release: Release } | null
}

export function openSession(
  input: ExecutionInput,
  engine: Engine,
  { stage, index }: { stage: Stage; index: number },
): StageSession {
  const { world, journal, steering, timings } = engine
  const { id } = stage
  const prefix = `${input.id}/${id}`
  const undo = createUndoStack()
  let effects = 0
  let grant: Grant | null = null
  let check: (() => Promise<string | null>) | null = null
  let note: string | null = null
  let undoFailed = false

  const lock = async ({ target, service }: ServiceRef) => {
    if (grant !== null) throw new Error(`stage ${id} locks a second service; one is the most`)
    const claim = { target, service, claim: id }
    grant = await world.locks.acquire(claim, holder => {
      journal.setStage(id, 'queued', `waits for ${holder}, which works on ${service} on ${target}`)
      journal.event('lock.waiting', { target, service, holder }, id)
    })
    journal.setStage(id, 'running')
    journal.event('lock.acquired', { target, service, fence: grant.fence }, id)
    return grant.seen
  }

  const present = () => {
    if (grant === null) throw new Error(`stage ${id} acts without a lock`)
    return grant
  }

  const context: StageContext = {
    execution: input.id,
    index,
    prefix,
    attempt: 1,
    began: world.now() === engine.opened ? world.started : world.now(),
    startedBy: input.trigger.subject ?? input.trigger.by,
    seen: null,
    run: () => aboutRun(input),
    effectId: purpose => {
      effects += 1
      return `${prefix}/${effects}-${purpose}`
    },
    world,
    timings,
    undo,
    steering: steering.stage(id, targetOf(stage)),
    progress: change => journal.progress(id, change),
    outputs: values => journal.outputs(id, values),
    event: (kind, data) => journal.event(kind, data, id),
    adopt: journal.adopt,
    status: (status, reason) => journal.setStage(id, status, reason ?? null),
    note: text => {
      note = text
    },
    lock,
    grant: present,
    onReopen: reopen => {
      check = reopen
    },
  }

  const shutOut = () => {
    if (grant !== null) grant.fence += 1
  }

  /** Whoever needs the lock next waits for it to be let go, and so does the end of the run: nobody else has to. */
  const release = async () => {
    const letting = grant?.release()
    if (!world.patched(patches.lessAsked)) await letting
    grant = null
  }

  const takeBackAttempt = async (reason: string) => {
    const failures = undo.size > 0 ? await undoStage(engine, id, reason, { undo, shutOut }) : []
    if (failures.length === 0) return release()
    undoFailed = true
    const list = failures.map(({ what, error }) => `${what} (${error})`).join('; ')
    throw new CannotTell(`${reason}; could not be undone, so it is not tried again: ${list}`)
  }

  return {
    context,
    undo,
    brings: null,
    note: () => note,
    shutOut,
    release,
    get undoFailed() {
      return undoFailed
    },
    async again(reason, pause) {
      const { attempts } = stage.retry!
      await world.shielded(() => takeBackAttempt(reason))
      check = null
      note = null
      const failed = `attempt ${context.attempt} of ${attempts} ended badly: ${reason}`
      journal.setStage(id, 'queued', `${failed}; tried again in ${pause / 1000} s`)
      await world.sleep(pause)
      if (context.steering.paused !== null) await world.condition(() => context.steering.paused === null)
      context.attempt += 1
      context.began = world.now()
      context.steering = steering.stage(id, targetOf(stage))
      journal.nextAttempt(id, context.attempt)
      journal.setStage(id, 'running', failed)
    },
    committed() {
      if (undo.size === 0 || grant === null) return null
      const { target, service } = grant
      return {
        stage: id,
        undo,
        claim: { target, service, claim: `${id}/rollback` },
        async reopen(again) {
          grant = again
          return check === null ? 'it has no way back' : check()
        },
      }
    },
  }
}

/** What is told about a run, besides its status. */
export function aboutRun({ id, definition, revision, parameters }: ExecutionInput) {
  return { execution: id, pipeline: definition.name, application: definition.application, revision, parameters }
}

/** What expressions of a stage may refer to. */
export function expressionContext(input: ExecutionInput, { stages }: Execution, { cell }: Stage): ExpressionContext {
  const { id, revision, attempt, parameters, trigger } = input
  const { name: pipeline, application } = input.definition
  return {
    parameters,
    trigger,
    execution: { id, pipeline, application, revision, attempt },
    ...(cell === undefined ? {} : { matrix: cell.values }),
    stages: Object.fromEntries(stages.filter(stage => isFinal(stage.status)).map(({ id, outputs }) => [id, outputs])),
  }
}
