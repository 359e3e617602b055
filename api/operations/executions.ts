import { startKey } from '../../activities/audited-store.ts'
import type { AuditEntry } from '../../store/store.ts'
import { type Call, callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import { getWhen } from '../live/long-poll.ts'
import type { Services } from '../services.ts'
import { within } from '../within.ts'
import { note } from './note.ts'

type Operations = 'startExecution' | 'listExecutions' | 'getExecution'

export function executionOperations(services: Services): Pick<Handlers, Operations> {
  const { store, engine, starter, feed } = services

  return {
    async startExecution(call) {
      const { name } = call.params
      const { overrideFreezes } = call.body
      if (overrideFreezes) await refuseOverride(services, call)
      const { execution, replayed } = await starter.start({
        pipeline: name,
        principal: callerOf(call).name,
        subject: callerOf(call).subject,
        idempotencyKey: call.headers['idempotency-key'],
        parameters: call.body.parameters,
        ...(overrideFreezes ? { overrideFreezes } : {}),
      })
      const told: AuditEntry['data'] = overrideFreezes ? { overrideFreezes } : {}
      if (!replayed) note(services, call, 'execution.start', execution.id, told, startKey(execution.id))
      return {
        body: execution,
        headers: { location: locationOf(execution.id), 'idempotency-replayed': String(replayed) },
      }
    },

    async listExecutions(call) {
      const { limit, cursor, ...filter } = call.query
      const { only, except } = callerOf(call).access.visible('execution:read')
      const shown = { ...filter, ...(only === null ? {} : { visible: only }), hidden: except }
      return { body: await store.list(shown, limit, cursor ?? null) }
    },

    async getExecution({ params: { id }, query: { wait, after }, signal }) {
      const execution =
        wait === undefined ? await store.get(id) : await getWhen(store, feed, id, { wait, after, signal })
      if (execution === null) throw new Refusal('not-found', `there is no execution ${id}`)
      // What is pending explains a run that does not move; without the engine the run itself is still worth showing.
      const pending = execution.endedAt === null ? await within(patience, engine.pending(id)) : []
      return { body: { ...execution, pending } }
    },
  }
}

async function refuseOverride({ resources }: Services, call: Call<'startExecution'>): Promise<void> {
  const { access, name } = callerOf(call)
  const place = await resources.pipeline(call.params.name)
  if (place !== null && !access.can('freeze:override', place))
    throw new Refusal('forbidden', `${name} lacks the permission freeze:override for ${call.params.name}`)
}

/** Milliseconds an answer may be held up by the engine. */
const patience = 1_000

export function locationOf(execution: string): string {
  return `/api/v1/executions/${execution}`
}
