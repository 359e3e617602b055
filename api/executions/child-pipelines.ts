import { Unavailable } from '../../activities/failures.ts'
import type { Pipelines } from '../../activities/pipelines.ts'
import type { StartedPipeline, StartPipelineRequest } from '../../activities/stage-requests.ts'
import type { Execution, Trigger } from '../../pipeline/execution.ts'
import type { ExecutionInput, Store } from '../../store/store.ts'
import type { Catalog } from '../definitions/catalog.ts'
import type { Engine } from '../engine/engine.ts'
import { Refusal } from '../http/refusal.ts'
import { bodyHash, executionId } from './ids.ts'
import { newInput, resolveParameters, runnable } from './prepare.ts'
import { reachOf, targetsOf } from './reach.ts'
import type { Starter } from './start.ts'

export interface ChildDependencies {
  store: Pick<Store, 'input'>
  engine: Pick<Engine, 'signal'>
  catalog: Pick<Catalog, 'get'>
  starter: Pick<Starter, 'startPrepared'>
  /** The result of a run, once it has ended. */
  result(execution: string, signal: AbortSignal): Promise<Execution>
  now(): Date
}

/** Generations of runs that start each other. */
const mostGenerations = 5

/**
 * How the worker lets one run start another: on behalf of who started the first, in the same application, and only where
 * that one was allowed to go.
 */
export function childPipelines(dependencies: ChildDependencies): Pipelines {
  const { store, engine, result } = dependencies
  return {
    async start(request) {
      const parent = await store.input(request.parent)
      if (parent === null) throw new Unavailable(`${request.parent} is not on record yet`)
      try {
        return await start(request, parent, dependencies)
      } catch (error) {
        if (error instanceof Refusal) return { execution: null, refused: error.message }
        throw error
      }
    },
    ended: (execution, signal) => result(execution, signal),
    async cancel(execution, by, reason) {
      await engine.signal(execution, 'cancel', { by, reason })
    },
  }
}

async function start(
  request: StartPipelineRequest,
  parent: ExecutionInput,
  { store, catalog, starter, now }: ChildDependencies,
): Promise<StartedPipeline> {
  const { pipeline, revision } = runnable(await catalog.get(request.pipeline), request.pipeline)
  const { application } = parent.definition
  if (pipeline.application !== application)
    return refused(
      `it belongs to ${pipeline.application}, and only pipelines of ${application} can be started from here`,
    )
  const reach = await reachOf(pipeline, catalog)
  const allowed = parent.reach ?? targetsOf(parent.definition)
  const beyond = reach.filter(target => !allowed.includes(target))
  if (beyond.length > 0)
    return refused(
      `it touches ${beyond.join(', ')}, which was not so when ${parent.id} was started: nobody was asked whether it may`,
    )
  const ancestors = await ancestorsOf(parent, store)
  if (ancestors.includes(pipeline.name)) return refused(`it is one of those that wait for it: ${ancestors.join(', ')}`)
  if (ancestors.length >= mostGenerations) return refused(`${mostGenerations} runs wait for each other already`)
  const parameters = resolveParameters(pipeline, request.parameters)
  const principal = `run:${parent.id}`
  const id = executionId(pipeline.name, principal, request.id)
  const trigger: Trigger = { ...parent.trigger, type: 'pipeline', detail: parent.id }
  const input = newInput(id, pipeline, { revision, parameters, trigger, createdAt: now(), reach })
  const hash = bodyHash({ pipeline: pipeline.name, parameters: request.parameters })
  await starter.startPrepared({ principal, idempotencyKey: request.id, bodyHash: hash, input })
  return { execution: id, refused: null }
}

/** Names of the pipelines above, the nearest first. */
async function ancestorsOf(run: ExecutionInput, store: Pick<Store, 'input'>): Promise<string[]> {
  const { trigger, definition } = run
  if (trigger.type !== 'pipeline' || trigger.detail === undefined) return [definition.name]
  const parent = await store.input(trigger.detail)
  return parent === null ? [definition.name] : [definition.name, ...(await ancestorsOf(parent, store))]
}

function refused(reason: string): StartedPipeline {
  return { execution: null, refused: reason }
}
