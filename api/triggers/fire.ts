import type { Logger } from 'pino'
import { startKey } from '../../activities/audited-store.ts'
import type { ParameterValue, Trigger } from '../../pipeline/execution.ts'
import type { AuditEntry, Store } from '../../store/store.ts'
import type { ProblemError } from '../contract/problem.ts'
import { executionId } from '../executions/ids.ts'
import type { Starter } from '../executions/start.ts'
import { Refusal } from '../http/refusal.ts'

/** A run that a trigger asks for. */
export interface TriggerOrder {
  pipeline: string
  /** Who asks: `hook:ci`, `schedule:nightly`, `pipeline:build`. */
  principal: string
  /** The same order again is the same run. */
  key: string
  trigger: Trigger
  parameters: Readonly<Record<string, ParameterValue>>
}

export type Fired =
  | { pipeline: string; execution: string; replayed: boolean }
  /** It was understood, and cannot be. */
  | { pipeline: string; reason: string; errors: readonly ProblemError[] }

export interface Fire {
  /** Starts the run, or tells why not; rejects only with "not now". Both are in the audit log. */
  start(order: TriggerOrder): Promise<Fired>
  /** A trigger that is meant and cannot even say what to start. */
  refuse(order: Omit<TriggerOrder, 'parameters'>, errors: readonly ProblemError[]): Promise<Fired>
}

export interface FireDependencies {
  starter: Starter
  store: Pick<Store, 'audit'>
  now: () => Date
  log: Logger
}

export function createFire({ starter, store, now, log }: FireDependencies): Fire {
  async function note(
    order: Omit<TriggerOrder, 'parameters'>,
    entry: Pick<AuditEntry, 'action' | 'subject' | 'outcome' | 'data'>,
    once?: string,
  ) {
    const { type, detail = '' } = order.trigger
    const data = { trigger: type, detail, key: order.key, ...entry.data }
    await store.audit({ ...entry, at: now().toISOString(), actor: order.principal, data }, once)
  }

  const fire: Fire = {
    async start(order) {
      const { pipeline, principal, key, parameters, trigger } = order
      try {
        const { execution, replayed } = await starter.start({
          pipeline,
          principal,
          idempotencyKey: key,
          parameters,
          trigger,
        })
        if (!replayed) {
          const entry = {
            action: 'execution.start',
            subject: `execution:${execution.id}`,
            outcome: 'allowed',
            data: {},
          } as const
          await note(order, entry, startKey(execution.id)).catch(error =>
            log.warn({ err: error, execution: execution.id }, 'not in the audit log'),
          )
        }
        return { pipeline, execution: execution.id, replayed }
      } catch (error) {
        if (!(error instanceof Refusal) || error.kind === 'unavailable') throw error
        // The definition has changed since a first attempt whose answer was lost; the run of that one counts.
        if (error.kind === 'idempotency-mismatch')
          return { pipeline, execution: executionId(pipeline, principal, key), replayed: true }
        return fire.refuse(order, error.errors.length > 0 ? error.errors : [problem(error.message)])
      }
    },

    async refuse(order, errors) {
      const reason = errors[0]?.message ?? 'it cannot be started'
      const entry = {
        action: 'execution.start',
        subject: `pipeline:${order.pipeline}`,
        outcome: 'refused',
        data: { reason },
      } as const
      await note(order, entry)
      log.warn({ pipeline: order.pipeline, principal: order.principal, reason }, 'a trigger started nothing')
      return { pipeline: order.pipeline, reason, errors }
    },
  }
  return fire
}

function problem(message: string): ProblemError {
  return { pointer: '', line: null, column: null, message }
}
