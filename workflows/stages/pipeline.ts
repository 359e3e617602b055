import type { StageOf } from '../../pipeline/schema/stage.ts'
import { stoppedWithStage } from '../open-ended.ts'
import type { Outcome } from '../outcome.ts'
import { CannotTell, failed, succeeded } from '../outcome.ts'
import type { StageContext } from './stage.ts'

/** Runs another pipeline, and ends as that run did; a cancel goes to it, too. */
export async function pipeline(stage: StageOf<'pipeline'>, context: StageContext): Promise<Outcome> {
  const { world } = context
  context.progress({ phase: 'starting', message: stage.pipeline })
  // Not to be interrupted: a run that nobody knows could not be canceled.
  const started = await world.shielded(() =>
    world.activities.startPipeline({
      ...{ id: context.effectId('start'), pipeline: stage.pipeline, parameters: stage.parameters },
      parent: context.execution,
    }),
  )
  if (started.execution === null) return failed(`${stage.pipeline} was not started: ${started.refused}`)
  const { execution } = started
  context.outputs({ execution })
  if (!stage.wait) return succeeded({ execution, status: 'running' })
  context.progress({ phase: 'waiting', message: `for ${execution}` })
  const { status, reason } = await stoppedWithStage(
    context,
    () => world.activities.pipelineEnded(execution),
    () => stop(context, execution),
  )
  context.outputs({ status })
  if (status === 'succeeded') return succeeded({ execution, status })
  const said = `${execution} ended as ${status}${reason === null ? '' : `: ${reason}`}`
  if (status === 'errored') throw new CannotTell(said)
  return failed(said)
}

/** The child undoes itself; the stage ends when that is done. */
async function stop({ world, execution: parent }: StageContext, execution: string): Promise<void> {
  await world.patient.cancelPipeline({ execution, by: parent, reason: 'the run that started it was ended' })
  await world.patient.pipelineEnded(execution)
}
