import { Failure } from '../../activities/failures.ts'
import type { StageState } from '../../pipeline/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function logOperations({ store, jobs }: Services): Pick<Handlers, 'getStageLog'> {
  return {
    async getStageLog({ params, query: { characters } }) {
      const execution = await store.get(params.id)
      if (execution === null) throw new Refusal('not-found', `there is no execution ${params.id}`)
      const stage = execution.stages.find(({ id }) => id === params.stage)
      if (stage === undefined) throw new Refusal('not-found', `${params.id} has no stage ${params.stage}`)
      const { target, reference } = logOf(await whoDid(stage))
      if (!Object.hasOwn(jobs, target)) throw new Refusal('not-found', `this server has no target ${target} any more`)
      const whole = await jobs[target]!.log(reference).catch(error => {
        throw refusal(error)
      })
      const text = whole.slice(-characters)
      return { body: { stage: stage.id, target, reference, text, leftOut: whole.length - text.length } }
    },
  }

  /** A stage that did not have to run again has its log where it ran. */
  async function whoDid(stage: StageState): Promise<StageState> {
    if (stage.reusedFrom === undefined) return stage
    const earlier = await store.get(stage.reusedFrom)
    return earlier?.stages.find(({ id }) => id === stage.id) ?? stage
  }
}

/** Only what the stage itself has said can be read, so that nobody can name the log of another. */
function logOf({ id, type, status, outputs, progress }: StageState): { target: string; reference: string } {
  if (type !== 'run') throw new Refusal('refused', `stage ${id} is a ${type}; only what a run stage prints is kept`)
  const target = progress?.target
  if (typeof outputs.log === 'string' && outputs.log !== '' && target !== undefined)
    return { target, reference: outputs.log }
  if (isFinal(status)) throw new Refusal('not-found', `stage ${id} has no log: its job did not come to its end`)
  throw new Refusal('refused', `stage ${id} is ${status}; its log can be read when its job has begun`)
}

function refusal(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error)
  return new Refusal(error instanceof Failure && error.kind === 'NotFound' ? 'not-found' : 'unavailable', message)
}
