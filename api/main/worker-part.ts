import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createActivities } from '../../activities/activities.ts'
import { auditedStore } from '../../activities/audited-store.ts'
import type { Breakers } from '../../activities/metrics/breakers.ts'
import { openProviders } from '../../activities/metrics/registry.ts'
import { noLinks, recordedLinks } from '../../activities/notifiers/links.ts'
import { openRegistries } from '../../activities/registries/registry.ts'
import type { Activities } from '../../activities/requests.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import { hostClient } from '../../activities/targets/process/host/client.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { WorkerVersion } from '../../activities/worker.ts'
import { runWorker } from '../../activities/worker.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import { CliError } from '../cli/io.ts'
import { connectionTo, dataOf, type TemporalAddress } from './addresses.ts'
import { openApprovalLinks } from './approval-links.ts'
import { reconnectSoon } from './reconnect.ts'
import { openAllJobs } from './targets.ts'
import { temporalLines } from './temporal-lines.ts'
import { workerPipelines } from './worker-pipelines.ts'

export interface WorkerOptions {
  configuration: Configuration
  store: Store
  temporal: TemporalAddress
  openTargets(configuration: Configuration): Readonly<Record<string, Target>>
  secrets: Secrets
  /** Folder of the process host, which counts what the router sees. */
  data: string
  /** Told how the breakers around metric providers stand. */
  breakers?: Breakers
  /** Null: the workers have no versions. */
  version?: WorkerVersion | null
  log: Logger
}

const longestBackoff = 10_000
/** An engine that is started at the same time needs a moment. */
const patience = 60_000

export interface RunningWorker {
  /** Makes activities for another configuration, or throws; what it gives back puts them in force for all that begins. */
  prepare(configuration: Configuration): () => Promise<void>
  stop(): Promise<void>
}

/** What runs workflows and activities, put together and polling. One that fails is followed by another. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { log } = options
  quiet(log)
  const clientConnection = Connection.lazy({ ...connectionTo(options.temporal), channelArgs: reconnectSoon })
  const client = new Client({ connection: clientConnection, ...dataOf(options.temporal) })
  const open = (configuration: Configuration) => openActivities(configuration, { ...options, client })
  let inForce = open(options.configuration)
  const activities = following(inForce.activities, () => inForce.activities)
  const stopping = new AbortController()
  let current = await firstWorker(options, activities, log)

  async function keep(): Promise<void> {
    for (let backoff = 500; !stopping.signal.aborted; backoff = Math.min(backoff * 2, longestBackoff)) {
      const failure = await current.ended.then(
        () => null,
        error => error,
      )
      if (stopping.signal.aborted) return
      log.error({ err: failure }, 'the worker ended; starting another')
      await sleep(backoff, undefined, { signal: stopping.signal }).catch(() => {})
      current = await connectWorker(options, activities).catch(error => ({
        ended: Promise.reject(error),
        stop: async () => {},
      }))
    }
  }

  const keeping = keep()
  return {
    prepare(configuration) {
      const next = open(configuration)
      return async () => {
        const { stop } = inForce
        inForce = next
        await stop()
      }
    },
    async stop() {
      stopping.abort()
      const stopCurrent = () => current.stop().catch(error => log.error({ err: error }, 'the worker did not stop well'))
      await stopCurrent()
      await keeping
      // Another one may have come up in that moment.
      await stopCurrent()
      await inForce.stop()
      await clientConnection.close()
    },
  }
}

/** The activities that follow from one configuration; what is under way ends with those it began with. */
function openActivities(configuration: Configuration, parts: WorkerOptions & { client: Client }) {
  const { store, secrets, client, data, log } = parts
  const children = workerPipelines({ configuration, store, secrets, client, data, log })
  const links = openApprovalLinks(configuration, secrets)
  const activities = createActivities({
    targets: parts.openTargets(configuration),
    store: auditedStore(store),
    client,
    firings: store.firings,
    providers: openProviders(configuration.metrics, hostClient(data), secrets, parts.breakers),
    registries: openRegistries(configuration.registries, secrets),
    jobs: openAllJobs(configuration, data),
    connections: configuration.connections,
    secrets,
    pipelines: children.pipelines,
    links: links === null ? noLinks : recordedLinks(links, store),
    instances: (target, service) => configuration.targets[target]?.services[service]?.instances ?? 1,
  })
  return { activities, stop: children.stop }
}

/** Each call goes to what is in force when it begins. */
function following(names: Activities, current: () => Activities): Activities {
  const calls = (Object.keys(names) as (keyof Activities)[]).map(name => [
    name,
    (...given: unknown[]) => (current()[name] as (...given: unknown[]) => Promise<unknown>)(...given),
  ])
  return Object.fromEntries(calls)
}

interface ConnectedWorker {
  /** Resolves or rejects when it polls no more. */
  ended: Promise<void>
  stop(): Promise<void>
}

type Polling = Pick<WorkerOptions, 'temporal' | 'version'>

async function firstWorker(polling: Polling, activities: Activities, log: Logger): Promise<ConnectedWorker> {
  const { temporal } = polling
  const deadline = performance.now() + patience
  for (;;) {
    try {
      return await connectWorker(polling, activities)
    } catch (error) {
      if (performance.now() > deadline) throw unreachable(temporal, error)
      log.warn({ err: error }, `no workflow engine answers at ${temporal.address} yet; trying again`)
      await sleep(1_000)
    }
  }
}

async function connectWorker({ temporal, version = null }: Polling, activities: Activities): Promise<ConnectedWorker> {
  const connection = await NativeConnection.connect(connectionTo(temporal))
  try {
    const worker = await runWorker({ connection, ...dataOf(temporal), activities, version })
    const ended = worker.ended.finally(() => connection.close())
    ended.catch(() => {})
    return {
      ended,
      async stop() {
        await worker.stop()
        await ended
      },
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

function unreachable({ address }: TemporalAddress, error: unknown): CliError {
  const reason = error instanceof Error ? error.message : String(error)
  return new CliError(
    `no workflow engine answers at ${address}: ${reason}; is TEMPORAL_ADDRESS right, and does it run?`,
  )
}

/** Once per process. */
function quiet(log: Logger): void {
  Runtime.install({
    logger: temporalLines(log),
    // A record that still lingers when its run closes is a warning each time, and means nothing.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
    // Ctrl-C is handled by whoever composed us; the worker stops in its turn.
    shutdownSignals: [],
  })
}
