import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Runtime } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createActivities } from '../../activities/activities.ts'
import { openProviders } from '../../activities/metrics/registry.ts'
import { hostClient } from '../../activities/targets/process/host/client.ts'
import type { Target } from '../../activities/targets/target.ts'
import { runWorker } from '../../activities/worker.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import type { TemporalAddress } from './addresses.ts'
import { reconnectSoon } from './reconnect.ts'

export interface WorkerOptions {
  configuration: Configuration
  store: Store
  temporal: TemporalAddress
  targets: Readonly<Record<string, Target>>
  /** Folder of the process host, which counts what the router sees. */
  data: string
  log: Logger
}

/** What runs workflows and activities, put together and polling. */
export async function startWorker(options: WorkerOptions): Promise<{ stop(): Promise<void> }> {
  const { configuration, store, targets, data, log } = options
  const { address, namespace } = options.temporal
  quiet(log)
  const clientConnection = Connection.lazy({ address, channelArgs: reconnectSoon })
  const connection = await NativeConnection.connect({ address })
  const activities = createActivities({
    targets,
    store,
    providers: openProviders(configuration.metrics, hostClient(data)),
    client: new Client({ connection: clientConnection, namespace }),
    instances: (target, service) => configuration.targets[target]?.services[service]?.instances ?? 1,
  })
  const worker = await runWorker({ connection, namespace, activities })
  worker.ended.catch(error => log.error({ err: error }, 'the worker failed'))
  return {
    async stop() {
      await worker.stop().catch(error => log.error({ err: error }, 'the worker did not stop well'))
      await connection.close()
      await clientConnection.close()
    },
  }
}

/** Temporal's own lines go where ours go, once per process. */
function quiet(log: Logger): void {
  const write = (level: string, message: string, meta?: Record<string, unknown>): void => {
    if (level === 'ERROR') log.error(meta ?? {}, message)
    else if (level === 'WARN') log.warn(meta ?? {}, message)
    else log.debug(meta ?? {}, message)
  }
  Runtime.install({
    logger: {
      log: write,
      trace: (message, meta) => write('TRACE', message, meta),
      debug: (message, meta) => write('DEBUG', message, meta),
      info: (message, meta) => write('INFO', message, meta),
      warn: (message, meta) => write('WARN', message, meta),
      error: (message, meta) => write('ERROR', message, meta),
    },
    // Ctrl-C is handled by whoever composed us; the worker stops in its turn.
    shutdownSignals: [],
  })
}
