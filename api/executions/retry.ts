import type { Execution, StageState } from '../../pipeline/execution.ts'
import type { Reused } from '../../pipeline/first-state.ts'
import { planOf } from '../../pipeline/plan.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { ExecutionInput, Store } from '../../store/store.ts'
import type { Message } from '../../workflows/messages.ts'
import { Refusal } from '../http/refusal.ts'
import { bodyHash, executionId } from './ids.ts'
import type { Starter } from './start.ts'

interface Parts {
  store: Store
  starter: Starter
  now(): Date
}

/**
 * Starts the next attempt of a run that has ended: the same definition and parameters; stages that succeeded and whose
 * inputs are unchanged are not run again. There is one next attempt of a run, however often it is asked for.
 */
export async function retryEnded(parts: Parts, ended: Execution, message: Message): Promise<Execution> {
  const { store, starter, now } = parts
  if (!isFinal(ended.status)) throw new Refusal('refused', `${ended.id} has not ended (${ended.status})`)
  const input = await store.input(ended.id)
  if (input === null) throw new Refusal('refused', `what ${ended.id} was started with is no longer kept`)
  const reused = reusedStages(input.definition, ended, message.stage ?? null)
  const idempotencyKey = `retry/${ended.id}`
  const id = retryId(ended)
  const hash = bodyHash({ retryOf: ended.id, stage: message.stage ?? null })
  const next = (await store.input(id)) ?? nextInput(id, input, { reused, message, now: now() })
  try {
    const request = { principal: '', idempotencyKey, bodyHash: hash, input: next }
    return (await starter.startPrepared(request)).execution
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'idempotency-mismatch') throw error
    throw new Refusal('refused', `${ended.id} was retried already, from another stage: see ${id}, and retry that one`)
  }
}

/** The one next attempt of a run. */
export function retryId({ id, pipeline }: Pick<Execution, 'id' | 'pipeline'>): string {
  return executionId(pipeline, '', `retry/${id}`)
}

function nextInput(
  id: string,
  before: ExecutionInput,
  { reused, message, now }: { reused: Reused; message: Message; now: Date },
): ExecutionInput {
  return {
    ...before,
    id,
    trigger: { type: 'retry', ...starter(message), detail: message.reason ?? before.id },
    createdAt: now.toISOString(),
    attempt: before.attempt + 1,
    retryOf: before.id,
    reused,
  }
}

function starter({ by, subject }: Message) {
  return subject === undefined ? { by } : { by, subject }
}

/** Stages that need not run again: they succeeded, and so did all before them that are not run again either. */
export function reusedStages(definition: Pipeline, ended: Execution, from: string | null): Reused {
  const { stages } = definition
  const plan = planOf(definition)
  const meant = stages.filter(({ id, cell }) => id === from || cell?.of === from).map(({ id }) => id)
  if (from !== null && meant.length === 0)
    throw new Refusal('refused', `${ended.id} has no stage "${from}"; it has ${stages.map(({ id }) => id).join(', ')}`)
  const states = new Map(ended.stages.map(state => [state.id, state]))
  const again = new Set([...meant, ...stages.map(({ id }) => id).filter(id => !isDone(states.get(id)))])
  for (let before = -1; before < again.size; ) {
    before = again.size
    const groups = new Set(stages.flatMap(({ id, group }) => (group !== undefined && again.has(id) ? [group] : [])))
    for (const { id, group } of stages) {
      const behind = plan.before[id]!.some(other => again.has(other) && !isSkipped(states.get(other)))
      if (behind || (group !== undefined && groups.has(group))) again.add(id)
    }
  }
  const kept = ended.stages.filter(({ id }) => !again.has(id))
  if (kept.length === stages.length)
    throw new Refusal('refused', `all stages of ${ended.id} have succeeded; name the stage to run again from`)
  return Object.fromEntries(kept.map(state => [state.id, reusedStage(state, ended.id)]))
}

function isDone(state: StageState | undefined): boolean {
  return state?.status === 'succeeded'
}

/** Its condition is looked at again, with the same result: what comes after it has the same inputs. */
function isSkipped(state: StageState | undefined): boolean {
  return state?.status === 'skipped' && state.startedAt !== null
}

function reusedStage({ startedAt, endedAt, outputs, reusedFrom }: StageState, from: string): Reused[string] {
  return { startedAt, endedAt, outputs, from: reusedFrom ?? from }
}
