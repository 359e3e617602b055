import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import type { Execution } from '../../pipeline/execution.ts'
import type { ExecutionInput } from '../../store/store.ts'
import type { RefusalKind } from '../../workflows/judgment/refused.ts'
import {
  cancel,
  freezes,
  overrideFreezes,
  pipelineExecutionType,
  rollback,
  taskQueue,
} from '../../workflows/messages.ts'
import { askAgain } from './ask-again.ts'
import { type Engine, EngineUnavailable, MessageRefused } from './engine.ts'
import { describeLock, describeQueue } from './lock.ts'
import { pendingOf } from './pending.ts'

const signals = { cancel, rollback } as const

/** Milliseconds a call may take. */
const deadline = 5_000
/** To say that it is there. */
const pingDeadline = 2_000
/** An update waits for the worker, which may have to replay the run first. */
const updateDeadline = 15_000
/** A worker asks for work at least once a minute. */
const workerSilence = 75_000

/** The engine on Temporal. */
export function createTemporalEngine(client: Client): Engine {
  const { connection } = client
  const within = <T>(milliseconds: number, call: () => Promise<T>) => withinDeadline(client, milliseconds, call)

  const deliver = async (signal: () => Promise<void>) => {
    try {
      await within(deadline, signal)
      return 'delivered' as const
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'ended' as const
      throw error
    }
  }

  return {
    async start(input, memo, known = []) {
      const options = { ...startOptions(input), memo: { ...memo } }
      const told = { ...options, signal: freezes, signalArgs: [known] as [typeof known] }
      try {
        await within<unknown>(deadline, () =>
          known.length === 0
            ? client.workflow.start(pipelineExecutionType, options)
            : client.workflow.signalWithStart(pipelineExecutionType, told),
        )
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      }
    },

    signal: (execution, signal, message) =>
      deliver(() => client.workflow.getHandle(execution).signal(signals[signal], message)),
    tellFreezes: (execution, known) => deliver(() => client.workflow.getHandle(execution).signal(freezes, known)),
    overrideFreezes: (execution, message) =>
      deliver(() => client.workflow.getHandle(execution).signal(overrideFreezes, message)),

    async startWithSignal(input, signal, message) {
      const options = { ...startOptions(input), signal: signals[signal], signalArgs: [message] as [typeof message] }
      try {
        await within(deadline, () => client.workflow.signalWithStart(pipelineExecutionType, options))
        return 'delivered'
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended'
        throw error
      }
    },

    async ask(execution, update, message, id) {
      try {
        const options = { args: [message] as [typeof message], updateId: id }
        const handle = client.workflow.getHandle(execution)
        const tell = () => handle.executeUpdate<Execution, [typeof message]>(update, options)
        return await within(updateDeadline, () => askAgain(tell))
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw new MessageRefused('the execution has ended', 'ended')
        if (error instanceof EngineUnavailable)
          throw new EngineUnavailable(error, 'the run did not answer in time; is a worker running?')
        if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error)
        throw error
      }
    },

    pending: execution => within(deadline, () => pendingOf(client, execution)),

    lock: (target, service) => within(deadline, () => describeLock(client, target, service)),

    queue: pipeline => within(deadline, () => describeQueue(client, pipeline)),

    async ping() {
      await within(pingDeadline, () =>
        connection.workflowService.describeNamespace({ namespace: client.options.namespace }),
      )
    },

    async hasWorker() {
      const queue = await within(deadline, () =>
        connection.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: 1,
        }),
      )
      return (queue.pollers ?? []).some(poller => {
        const last = Number(poller.lastAccessTime?.seconds ?? 0) * 1_000
        return Date.now() - last < workerSilence
      })
    },
  }
}

const kinds: readonly string[] = ['Refused', 'Stale', 'NotAllowed', 'InvalidAnswer'] satisfies RefusalKind[]

/** In the words of the run. An update that was begun when the run ended is refused by the server, in its own. */
function refusalOf(error: WorkflowUpdateFailedError): MessageRefused {
  const { cause } = error
  const type = cause instanceof ApplicationFailure && cause.type ? cause.type : ''
  if (/workflow ?(execution)? ?(already )?completed/i.test(`${type} ${cause?.message}`))
    return new MessageRefused('the execution has ended', 'ended')
  const kind = kinds.includes(type) ? (type as RefusalKind) : 'Refused'
  return new MessageRefused(cause?.message ?? error.message, kind)
}

function startOptions(input: ExecutionInput) {
  return {
    workflowId: input.id,
    taskQueue,
    args: [input] as [ExecutionInput],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
  } as const
}

/** An engine that cannot be reached in time is `EngineUnavailable`; everything else stays what it is. */
export async function withinDeadline<T>(client: Client, milliseconds: number, call: () => Promise<T>): Promise<T> {
  try {
    return await client.connection.withDeadline(Date.now() + milliseconds, call)
  } catch (error) {
    throw isOutage(error) ? new EngineUnavailable(error) : error
  }
}

/** Codes of gRPC that mean "not now": cancelled, deadline exceeded, resource exhausted, aborted, unavailable. */
const outages = new Set([1, 4, 8, 10, 14])
const notFound = 5

function isOutage(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true
  for (let current = error; current instanceof Error; current = current.cause as Error | undefined)
    if (isGrpcServiceError(current)) return outages.has(current.code) || isMissingNamespace(current)
  return error instanceof Error && error.name === 'NamespaceNotFoundError'
}

/** A development server answers before it has made its namespace. */
function isMissingNamespace(error: { code: number; details: string }): boolean {
  return error.code === notFound && /namespace/i.test(error.details)
}
