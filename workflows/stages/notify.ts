import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Outcome } from '../outcome.ts'
import { succeeded } from '../outcome.ts'
import type { StageContext } from './stage.ts'

/** Tells every connection; one that cannot be told is a remark and no failure. */
export async function notify(stage: StageOf<'notify'>, context: StageContext): Promise<Outcome> {
  const { world } = context
  const told = await Promise.all(stage.connections.map(connection => tell(stage, context, connection)))
  const problems = told.filter(problem => problem !== null)
  if (problems.length > 0) context.note(problems.join('; '))
  world.checkCanceled()
  return succeeded()
}

async function tell(stage: StageOf<'notify'>, context: StageContext, connection: string): Promise<string | null> {
  const { world } = context
  try {
    const notice = {
      ...context.run(),
      status: 'running' as const,
      text: stage.message,
      at: new Date(world.now()).toISOString(),
    }
    await world.activities.notify({ id: context.effectId(`notify-${connection}`), connection, notice })
    return null
  } catch (error) {
    if (world.isCancellation(error)) throw error
    return `${connection} was not told: ${world.explain(error).message}`
  }
}
