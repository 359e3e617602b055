import type { Activities } from '../activities/requests.ts'
import type { Json } from '../pipeline/execution.ts'
import type { StageContext } from './stages/stage.ts'
import type { Writer } from './writer.ts'
import { createWriter } from './writer.ts'

/** The writer of a stage's own acts; each change of weights is an event and shows in its progress. */
export function stageWriter(context: StageContext): Writer {
  return tellingWriter(context, context.world.activities, purpose => context.effectId(purpose))
}

/** The writer of its undos. */
export function undoWriter(context: StageContext): Writer {
  return tellingWriter(context, context.world.patient, purpose => context.effectId(`undo-${purpose}`))
}

function tellingWriter(context: StageContext, activities: Activities, id: (purpose: string) => string): Writer {
  return createWriter(activities, {
    grant: context.grant,
    id,
    tellAfter: context.timings.tellAfter,
    routed({ weights, mirror }) {
      const { target, service } = context.grant()
      const copied: { mirror: number } | Record<never, Json> = mirror === undefined ? {} : { mirror }
      context.event('weights.changed', { target, service, weights: { ...weights }, ...copied })
      context.progress({ weights: { ...weights } })
    },
  })
}
