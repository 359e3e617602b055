import type { Execution, StageState } from '../../../pipeline/execution.ts'
import type { Stage } from '../../../pipeline/schema/stage.ts'
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

const by = 'somebody (simulated)'

/** Answers whatever waits for a person, until it is canceled. */
export async function attend(world: World, people: People): Promise<never> {
  const answered = new Set<string>()
  const waiting = () => people.execution().stages.find(stage => isAsking(stage) && !answered.has(askedBy(stage)))
  for (;;) {
    await world.condition(() => waiting() !== undefined)
    const stage = waiting()!
    answered.add(askedBy(stage))
    if (people.answer === 'timeout') continue
    const limit = limitOf(people.stages.find(({ id }) => id === stage.id)!)
    if (people.after === 'last' && limit === null) people.unlimited(stage.id)
    const delay = people.after === 'last' ? Math.max(0, (limit ?? 0) - 1) : people.after
    if (delay > 0) await world.sleep(delay)
    if (isAsking(people.execution().stages.find(({ id }) => id === stage.id)!)) say(people, stage.id)
  }
}

function isAsking({ status }: StageState): boolean {
  return status === 'held'
}

/** The same stage may ask more than once. */
function askedBy({ id, reason }: StageState): string {
  return `${id} ${reason}`
}

/** How long a stage waits for people; null: for ever. */
function limitOf(stage: Stage): number | null {
  return stage.type === 'canary' ? stage.maxHold : (stage.timeout ?? null)
}

function say({ answer, steering }: People, stage: string): void {
  if (answer === 'reject') steering.rollback({ by, reason: 'rejected' })
  else steering.promote({ by, stage })
}
