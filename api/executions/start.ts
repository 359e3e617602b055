import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Execution, ParameterValue, Trigger } from '../../pipeline/execution.ts'
import type { Subscription } from '../../pipeline/schema/subscription.ts'
import { queued } from '../../store/executions.ts'
import type { ExecutionInput, StartRequest, Store } from '../../store/store.ts'
import type { Catalog } from '../definitions/catalog.ts'
import type { Engine } from '../engine/engine.ts'
import { Refusal, unavailable } from '../http/refusal.ts'
import { bodyHash, executionId } from './ids.ts'
import { newInput, resolveParameters, runnable } from './prepare.ts'
import { reachOf, startedBy } from './reach.ts'

export interface StartDependencies {
  store: Store
  engine: Engine
  catalog: Catalog
  now: () => Date
  log: Logger
  /** Refuses a run that may not begin now. */
  gate?: (input: ExecutionInput) => Promise<void>
  /** Who is told about every run. */
  notifications?: readonly Subscription[]
}

export interface StartOrder {
  pipeline: string
  principal: string
  /** The person behind the principal. */
  subject?: string | undefined
  /** Absent: the request is one of a kind. */
  idempotencyKey?: string | undefined
  parameters: Readonly<Record<string, ParameterValue>>
  /** What asks; absent: the API itself. */
  trigger?: Trigger
  /** No freeze concerns it; that whoever asks may say so has been checked. */
  overrideFreezes?: boolean
}

export interface Started {
  execution: Execution
  /** The request was answered before; this is the same answer. */
  replayed: boolean
}

export interface Starter {
  /** Starts a run of a pipeline as its file is now. */
  start(order: StartOrder): Promise<Started>
  /** Starts a run of a definition that was made here. */
  startPrepared(request: StartRequest): Promise<Started>
}

/**
 * How a run comes to be: recorded, then started, then confirmed.
 *
 * Once it is recorded the answer is yes: if the engine goes away in that moment the reconciler starts it later. Before
 * that, nothing has happened. So both are asked first, and whoever is told "not now" can safely ask again.
 */
export function createStarter(dependencies: StartDependencies): Starter {
  const { store, engine, catalog, now, log, gate = async () => {}, notifications = [] } = dependencies
  const answering = new Map<string, Promise<Started>>()

  /** A start that fails now is made up for by the reconciler. */
  function ensureStarted(input: ExecutionInput, hash: string): Promise<void> {
    return launch(store, engine, input, { bodyHash: hash }).catch(error =>
      log.warn({ err: error, execution: input.id }, 'accepted; it will be started as soon as the engine is back'),
    )
  }

  async function begin(request: StartRequest): Promise<Started> {
    await engine.ping()
    const begun = await store.begin(request)
    if (begun.outcome === 'mismatch')
      throw new Refusal('idempotency-mismatch', `the key was used for another request, which became ${begun.execution}`)
    const replayed = begun.outcome === 'replay'
    const input = replayed ? begun.input : request.input
    if (!replayed || !begun.started) await ensureStarted(input, request.bodyHash)
    // A replay gets the very answer of the first request, however far the run has come since.
    return { execution: queued(input), replayed }
  }

  /** Requests that say the same at the same time are answered by one of them. */
  function start(order: StartOrder): Promise<Started> {
    const key = order.idempotencyKey ?? randomUUID()
    const { pipeline, parameters, overrideFreezes } = order
    const hash = bodyHash({ pipeline, parameters, ...(overrideFreezes ? { overrideFreezes } : {}) })
    const same = JSON.stringify([order.principal, key, hash])
    const first = answering.get(same)
    if (first) return first.then(({ execution }) => ({ execution, replayed: true }))
    const answer = startFirst(order, key, hash).finally(() => answering.delete(same))
    answering.set(same, answer)
    return answer
  }

  async function startFirst(order: StartOrder, key: string, hash: string): Promise<Started> {
    const id = executionId(order.pipeline, order.principal, key)
    const request = { principal: order.principal, idempotencyKey: key, bodyHash: hash }
    try {
      const input = await toInput(id, order)
      await gate(input)
      return await begin({ ...request, input })
    } catch (error) {
      // A replay is answered as before, even when the pipeline has been changed or removed in the meantime.
      const earlier = error instanceof Refusal && order.idempotencyKey !== undefined ? await store.input(id) : null
      if (earlier === null) throw error
      return begin({ ...request, input: earlier })
    }
  }

  async function toInput(id: string, order: StartOrder): Promise<ExecutionInput> {
    const definition = await catalog.get(order.pipeline)
    if (definition === null) await refuseUnread(catalog)
    const { pipeline, revision } = runnable(definition, order.pipeline)
    const parameters = resolveParameters(pipeline, order.parameters)
    const { principal, subject } = order
    const caller: Trigger = { type: 'api', by: principal, ...(subject === undefined ? {} : { subject }) }
    const trigger = order.trigger ?? caller
    const reach = startedBy(pipeline).length === 0 ? {} : { reach: await reachOf(pipeline, catalog) }
    const input = newInput(id, pipeline, { revision, parameters, trigger, createdAt: now(), ...reach })
    return {
      ...input,
      ...(order.overrideFreezes ? { overridesFreezes: true } : {}),
      ...(notifications.length === 0 ? {} : { notifications }),
    }
  }

  return { start, startPrepared: begin }
}

/** As long as a source was never read, nobody can say that a pipeline does not exist. */
async function refuseUnread(catalog: Catalog): Promise<void> {
  const unread = (await catalog.sources()).find(({ type, known }) => type === 'repository' && !known)
  if (unread !== undefined)
    throw unavailable(`${unread.origin} has not been read yet: ${unread.problem ?? 'it is new'}`)
}

/** Starts the workflow of a recorded run and confirms it; safe to repeat, by anyone, at any time. */
export async function launch(
  store: Store,
  engine: Engine,
  input: ExecutionInput,
  memo: Readonly<Record<string, string>>,
): Promise<void> {
  await engine.start(input, memo)
  await store.started(input.id)
}
