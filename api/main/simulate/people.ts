import type { Execution, StageState } from '../../../pipeline/execution.ts'
import type { Stage, StageOf } from '../../../pipeline/schema/stage.ts'
import type { JudgmentInputs } from '../../../workflows/messages.ts'
import type { Steering } from '../../../workflows/steering.ts'
import type { World } from '../../../workflows/world.ts'
import type { Answer } from './scenario.ts'

export interface People {
  answer: Answer
  /** Milliseconds until somebody answers; `last`: at the last moment there is. */
  after: number | 'last'
  stages: readonly Stage[]
  execution(): Execution
  steering: Steering
  /** Nothing limits how long the stage waits. */
  unlimited(stage: string): void
}

/** Answers whatever waits for a person, until it is canceled. */
export async function attend(world: World, people: People): Promise<never> {
  const answered = new Set<string>()
  const stageNow = (id: string) => people.execution().stages.find(stage => stage.id === id)!
  const waiting = () => people.execution().stages.find(stage => isAsking(stage) && !answered.has(askedBy(stage)))
  const answer = async (id: string) => {
    const definition = people.stages.find(stage => stage.id === id)!
    const limit = limitOf(definition)
    if (people.after === 'last' && limit === null) people.unlimited(id)
    const delay = people.after === 'last' ? Math.max(0, (limit ?? 0) - 1) : people.after
    if (delay > 0) await world.sleep(delay)
    if (isAsking(stageNow(id))) say(people, definition, stageNow(id))
  }
  for (;;) {
    await world.condition(() => waiting() !== undefined)
    const stage = waiting()!
    answered.add(askedBy(stage))
    // Several stages may ask at a time.
    if (people.answer !== 'timeout') world.scope(() => answer(stage.id)).result.catch(() => {})
  }
}

function isAsking({ status }: StageState): boolean {
  return status === 'held' || status === 'waiting'
}

/** The same stage may ask more than once; an approval that changes what is missing is no other question. */
function askedBy({ id, status, reason, progress }: StageState): string {
  return `${id} ${status === 'waiting' ? (progress?.judgment?.seen ?? '') : reason}`
}

/** How long a stage waits for people; null: for ever. */
function limitOf(stage: Stage): number | null {
  return stage.type === 'canary' ? stage.maxHold : (stage.timeout ?? null)
}

function say({ answer, steering }: People, stage: Stage, { progress }: StageState): void {
  const by = 'somebody (simulated)'
  if (stage.type === 'judgment') judge(steering, { stage, answer, seen: progress?.judgment?.seen ?? '' })
  else if (answer === 'reject') steering.rollback({ by, reason: 'rejected' })
  else steering.promote({ by, stage: stage.id })
}

/** As many different people as are needed, each of them one who may. */
function judge(
  steering: Steering,
  { stage, answer, seen }: { stage: StageOf<'judgment'>; answer: Answer; seen: string },
): void {
  const named = (stage.approvers ?? []).filter(approver => !approver.startsWith('role:'))
  const roles = (stage.approvers ?? []).filter(approver => approver.startsWith('role:')).map(role => role.slice(5))
  const question = { stage: stage.id, seen, roles, inputs: sampleInputs(stage) }
  const person = (number: number) =>
    (roles.length > 0 ? undefined : named[number]) ?? `person ${number + 1} (simulated)`
  if (answer === 'reject') {
    steering.judge({ ...question, by: person(0), decision: 'reject', reason: 'simulated' })
    return
  }
  const needed = Array.from({ length: stage.approvals }, (_, number) => person(number))
  for (const by of needed) steering.judge({ ...question, by, decision: 'approve' })
}

function sampleInputs({ inputs = {} }: StageOf<'judgment'>): JudgmentInputs {
  const sample = (input: (typeof inputs)[string]): string | number => {
    if (input.type === 'number') return input.min ?? input.max ?? 1
    return input.type === 'choice' ? input.options[0]! : 'simulated'.slice(0, input.maxLength)
  }
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, sample(input)]))
}
