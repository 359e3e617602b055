import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Breakers } from '../../activities/metrics/breakers.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Target } from '../../activities/targets/target.ts'
import { routerProvider } from '../../pipeline/presets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import { createAuditor } from '../audit/auditor.ts'
import { writeCheckpoints } from '../audit/checkpoints.ts'
import { noteConfiguration } from '../audit/configuration.ts'
import { createResources } from '../auth/resources.ts'
import { CliError } from '../cli/io.ts'
import { createCheck } from '../definitions/check.ts'
import { openCatalog } from '../definitions/open-catalog.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schedules } from '../engine/schedules.ts'
import { runReconciler } from '../executions/reconciler.ts'
import { removeOldRuns } from '../executions/retention.ts'
import { createStarter } from '../executions/start.ts'
import { createSteering } from '../executions/steer.ts'
import { watchStuckRuns } from '../executions/stuck-runs.ts'
import { createRunFreezes, tellingEngine } from '../freezes/run-freezes.ts'
import { createFreezeSpreader, runFreezeSpreader } from '../freezes/spread.ts'
import { createHooks } from '../hooks/receive.ts'
import { createApp } from '../http/app.ts'
import { type Listening, listen } from '../http/server.ts'
import { openFeed } from '../live/feed.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { Services } from '../services.ts'
import { followFinished } from '../triggers/finished.ts'
import { createFire } from '../triggers/fire.ts'
import { startFirings } from '../triggers/firings.ts'
import { keepSchedules } from '../triggers/schedules.ts'
import { openApprovalLinks } from './approval-links.ts'
import { commitReports } from './commit-reports.ts'
import { createIdentityPart } from './identity-part.ts'
import { createSimulator } from './simulate/simulator.ts'
import { simulateApart } from './simulate-apart.ts'
import { openTraffic } from './traffic.ts'

export interface ApiOptions {
  configuration: Configuration
  store: Store
  engine: Engine
  schedules: Schedules
  targets: Readonly<Record<string, Target>>
  secrets: Secrets
  /** Of the worker in this process; left out when there is none. */
  breakers?: Breakers
  token: string
  /** Folder of what this server keeps: copies of repositories. */
  data: string
  host: string
  /** 0 takes a free one. */
  port: number
  /** Where people reach the server, when that is not where it listens; without a slash at the end. */
  publicUrl: string | null
  pages: string | null
  /** Lets in who says nothing about themselves; only ever on loopback. */
  anonymous?: boolean
  /** Where secrets that the configuration names are. */
  env?: Readonly<Record<string, string | undefined>>
  version: string
  log: Logger
}

export interface RunningApi {
  /** Where people reach it. */
  url: string
  /** Where it listens. */
  local: string
  /** A link that signs a browser in once. */
  loginLink(): string
  stop(): Promise<void>
}

/** Everything that answers requests, put together and listening. Starts while the engine is still away. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { configuration, store, secrets, token, log, host, env = {} } = options
  const stopping = new AbortController()
  const check = createCheck(configuration)
  const now = () => new Date()
  const repositories = {
    folder: join(options.data, 'repositories'),
    check,
    secrets,
    reports: commitReports(configuration, secrets),
    now,
    log,
  }
  const { catalog, watch } = openCatalog(configuration.pipelines, repositories)
  const environments = Object.fromEntries(
    Object.entries(configuration.targets).map(([name, { environment }]) => [name, environment]),
  )
  const runFreezes = createRunFreezes({ store, environments, now })
  const engine = tellingEngine(options.engine, runFreezes)
  const spreader = createFreezeSpreader({ store, engine, runFreezes, now })
  const { notifications } = configuration
  const starter = createStarter({ store, engine, catalog, now, log, gate: runFreezes.refuseFrozen, notifications })
  const fire = createFire({ starter, store, now, log })
  const auditor = createAuditor(store, { now, log })
  const metrics = createMetrics()
  const feed = openFeed(store, log)
  let listening: Listening | null = null
  const port = () => listening?.port ?? options.port
  const local = () => `http://${nameOf(host)}:${port()}`
  const url = () => options.publicUrl ?? configuration.server.url ?? local()

  const isSecure = () => url().startsWith('https:')
  // Cookies are shared by all ports of a host, so the name tells the port; on https the browser holds it to this host.
  const cookie = () => (isSecure() ? '__Host-slipway_session' : `slipway_session_${port()}`)
  const hosts = () =>
    new Set([new URL(url()).host, `${nameOf(host)}:${port()}`, ...loopback.map(name => `${name}:${port()}`)])
  const origins = () => new Set([new URL(url()).origin, ...[...hosts()].map(name => `http://${name}`)])
  const { identify, ...identity } = createIdentityPart({
    ...{ configuration, store, token, url, cookie, origins, log },
    anonymous: options.anonymous ?? false,
    env,
  })

  const services: Services = {
    store,
    engine,
    catalog,
    check,
    simulateVersions: simulateApart(),
    simulate: createSimulator(),
    starter,
    steering: createSteering({ store, engine, starter, now }),
    feed,
    hooks: createHooks({
      ...{ sources: configuration.hooks, secrets, store, catalog, fire, now, log },
      onPush: () => void catalog.refresh(),
    }),
    hookSources: configuration.hooks,
    spreader,
    approvalLinks: openApprovalLinks(configuration, secrets),
    connections: new Set(Object.keys(configuration.connections)),
    targets: withConfiguration(configuration, options.targets),
    traffic: openTraffic(options.data),
    identity,
    auditor,
    resources: createResources({ store, catalog, environmentOf: name => environmentOf(configuration, name) }),
    metrics,
    metricTypes: metricTypesOf(configuration),
    breakers: options.breakers ?? null,
    version: options.version,
    url,
    cookie,
    log,
  }
  const app = createApp({ services, identify, hosts, pages: options.pages, stopping: stopping.signal, log })
  listening = await listen(app, host, options.port).catch(async error => {
    await feed.close()
    throw explain(error, host, options.port)
  })
  const background = [
    watch(stopping.signal),
    runReconciler({ store, engine, metrics, log }, stopping.signal),
    runFreezeSpreader(spreader, log, stopping.signal),
    watchStuckRuns({ store, engine, metrics, log }, stopping.signal),
    writeCheckpoints({ store, file: join(options.data, 'audit-checkpoints.jsonl'), log }, stopping.signal),
    noteConfiguration(store, configuration, now).catch(error =>
      log.warn({ err: error }, 'whether the configuration has changed is not in the audit log'),
    ),
    keepSchedules({ catalog, schedules: options.schedules, log }, stopping.signal),
    startFirings({ firings: store.firings, catalog, fire, now, log }, stopping.signal),
    followFinished({ store, catalog, fire, log }, feed.changed, stopping.signal),
    removeOldRuns({ store, now, log }, configuration.retention.executions, stopping.signal),
  ]

  return {
    url: url(),
    local: local(),
    loginLink: () => `${url()}/login#code=${identity.sessions.issueCode(identity.localOwner).code}`,
    async stop() {
      stopping.abort()
      await listening?.close()
      await Promise.all([...background, auditor.settled()])
      await feed.close()
    },
  }
}

function environmentOf({ targets }: Configuration, name: string): string | null {
  return Object.hasOwn(targets, name) ? targets[name]!.environment : null
}

function metricTypesOf({ metrics }: Configuration): Record<string, string> {
  const connections = Object.entries(metrics).map(([name, { type }]) => [name, type] as const)
  return { ...Object.fromEntries(connections), [routerProvider]: 'process host' }
}

const loopback = ['127.0.0.1', 'localhost', '[::1]']

function nameOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function withConfiguration(configuration: Configuration, targets: ApiOptions['targets']): Services['targets'] {
  const known = Object.entries(configuration.targets).flatMap(([name, settings]) => {
    const target = targets[name]
    return target === undefined ? [] : [[name, { configuration: settings, target }] as const]
  })
  return Object.fromEntries(known)
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `${host}:${port}`
  if (error.code === 'EADDRINUSE')
    return new CliError(`${where} is in use by another program; end it, or choose another port with --port`)
  if (error.code === 'EACCES') return new CliError(`${where} may not be used by this user; choose a port above 1023`)
  if (error.code === 'EADDRNOTAVAIL') return new CliError(`${host} is not an address of this machine; see --host`)
  return error
}
