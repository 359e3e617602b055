import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client'
import type { Logger } from 'pino'
import { Unavailable } from '../../activities/failures.ts'
import type { Pipelines } from '../../activities/pipelines.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import { createCheck } from '../definitions/check.ts'
import { openCatalog } from '../definitions/open-catalog.ts'
import { createTemporalEngine } from '../engine/temporal-engine.ts'
import { childPipelines } from '../executions/child-pipelines.ts'
import { createStarter } from '../executions/start.ts'

export interface WorkerPipelines {
  pipelines: Pipelines
  stop(): Promise<void>
}

/** What a worker needs to start runs from runs. Pipelines are read only once the first one is asked for. */
export function workerPipelines(options: {
  configuration: Configuration
  store: Store
  secrets: Secrets
  client: Client
  data: string
  log: Logger
}): WorkerPipelines {
  const { configuration, store, secrets, client, log } = options
  const stopping = new AbortController()
  const engine = createTemporalEngine(client)
  const now = () => new Date()
  let watching: Promise<void> = Promise.resolve()
  let opened: Pipelines | undefined

  const open = (): Pipelines => {
    // A folder of its own: the API may keep one on the same disk.
    const folder = join(options.data, 'worker-repositories')
    const parts = { folder, check: createCheck(configuration), secrets, reports: () => null, now, log }
    const { catalog, watch } = openCatalog(configuration.pipelines, parts)
    watching = watch(stopping.signal)
    watching.catch(() => {})
    const starter = createStarter({ store, engine, catalog, now, log })
    return childPipelines({ store, engine, catalog, starter, now, result: resultOf(client) })
  }
  const pipelines = () => {
    opened ??= open()
    return opened
  }

  return {
    pipelines: {
      start: request => pipelines().start(request),
      ended: (execution, signal) => pipelines().ended(execution, signal),
      cancel: (execution, by, reason) => pipelines().cancel(execution, by, reason),
    },
    async stop() {
      stopping.abort()
      await watching.catch(() => {})
    },
  }
}

/** Rejects when the signal aborts; the run goes on. */
function resultOf(client: Client) {
  return async (execution: string, signal: AbortSignal): Promise<Execution> => {
    const aborted = new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    aborted.catch(() => {})
    try {
      return await Promise.race([client.workflow.getHandle(execution).result() as Promise<Execution>, aborted])
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new Unavailable(`${execution} has not begun yet`)
      if (error instanceof WorkflowFailedError) return broken(execution, error)
      throw error
    }
  }
}

/** Its workflow ended without an answer: a bug, or somebody terminated it. */
function broken(execution: string, { message, cause }: WorkflowFailedError): Execution {
  const reason = cause?.message ?? message
  return { id: execution, status: 'errored', reason: `its workflow ended: ${reason}` } as Execution
}
