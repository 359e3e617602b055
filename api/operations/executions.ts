import type { AuditEntry } from '../../store/store.ts'
import { type Call, callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import { getWhen } from '../live/long-poll.ts'
import type { Services } from '../services.ts'
import { within } from '../within.ts'

type Operations =
  | 'startExecution'
  | 'listExecutions'
  | 'getExecution'
  | 'cancelExecution'
  | 'rollbackExecution'
  | 'promoteExecution'

export function executionOperations(services: Services): Pick<Handlers, Operations> {
  const { store, engine, starter, steering, feed } = services

  return {
    async startExecution(call) {
      const { name } = call.params
      const { execution, replayed } = await starter.start({
        pipeline: name,
        principal: callerOf(call).name,
        idempotencyKey: call.headers['idempotency-key'],
        parameters: call.body.parameters,
      })
      if (!replayed) note(services, call, 'execution.start', execution.id)
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

    async cancelExecution(call) {
      const body = await steering.cancel(call.params.id, messageOf(call))
      note(services, call, 'execution.cancel', call.params.id)
      return { body }
    },

    async rollbackExecution(call) {
      const body = await steering.rollback(call.params.id, messageOf(call))
      note(services, call, 'execution.rollback', call.params.id)
      return { body, headers: { location: locationOf(body.execution) } }
    },

    async promoteExecution(call) {
      const { stage } = call.body
      const message = { ...messageOf(call), ...(stage === undefined ? {} : { stage }) }
      const body = await steering.promote(call.params.id, message, call.requestId)
      note(services, call, 'execution.promote', call.params.id)
      return { body }
    },
  }
}

/** Milliseconds an answer may be held up by the engine. */
const patience = 1_000

function locationOf(execution: string): string {
  return `/api/v1/executions/${execution}`
}

type Steered = Call<'cancelExecution' | 'rollbackExecution' | 'promoteExecution'>

function messageOf(call: Steered) {
  const { reason } = call.body
  return { by: callerOf(call).name, ...(reason === undefined ? {} : { reason }) }
}

/** Into the audit log, without making the caller wait: what was done is also an event of the run. */
function note(services: Services, call: Steered | Call<'startExecution'>, action: string, execution: string): void {
  const entry: AuditEntry = {
    at: new Date().toISOString(),
    actor: callerOf(call).name,
    action,
    subject: `execution:${execution}`,
    outcome: 'allowed',
    data: { requestId: call.requestId },
  }
  services.store.audit(entry).catch(error => services.log.warn({ err: error, entry }, 'not in the audit log'))
}
