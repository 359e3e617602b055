import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { Target } from '../../activities/targets/target.ts'
import { routerProvider } from '../../pipeline/presets.ts'
import type { LimitsConfiguration } from '../../pipeline/schema/configuration/limits.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Auditor } from '../audit/auditor.ts'
import { noteConfiguration } from '../audit/configuration.ts'
import type { Identify } from '../auth/identity.ts'
import type { Limits } from '../auth/limits.ts'
import { createResources, type Resources } from '../auth/resources.ts'
import { createCheck } from '../definitions/check.ts'
import { openCatalog } from '../definitions/open-catalog.ts'
import { runReconciler } from '../executions/reconciler.ts'
import { removeOldRuns } from '../executions/retention.ts'
import { createStarter } from '../executions/start.ts'
import { createSteering } from '../executions/steer.ts'
import { createRunFreezes, tellingEngine } from '../freezes/run-freezes.ts'
import { createFreezeSpreader, runFreezeSpreader } from '../freezes/spread.ts'
import { createHooks } from '../hooks/receive.ts'
import { createApp } from '../http/app.ts'
import type { Feed } from '../live/feed.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Services } from '../services.ts'
import { followFinished } from '../triggers/finished.ts'
import { createFire } from '../triggers/fire.ts'
import { startFirings } from '../triggers/firings.ts'
import { keepSchedules } from '../triggers/schedules.ts'
import type { ApiOptions } from './api-part.ts'
import { openApprovalLinks } from './approval-links.ts'
import { commitReports } from './commit-reports.ts'
import { createIdentityPart } from './identity-part.ts'
import { unchanging } from './reload.ts'
import { createSimulator } from './simulate/simulator.ts'
import { simulateApart } from './simulate-apart.ts'
import { openAllJobs } from './targets.ts'
import { openTraffic } from './traffic.ts'

/** How the server is reached, now. */
export interface Ways {
  url(): string
  cookie(): string
  /** Values of `Host` that mean this server. */
  hosts(): ReadonlySet<string>
  /** Origins of our own pages. */
  origins(): ReadonlySet<string>
}

/** What outlives configurations. */
export interface Foundation extends Omit<ApiOptions, 'configuration' | 'host' | 'port' | 'publicUrl'> {
  ways: Ways
  feed: Feed
  metrics: Metrics
  auditor: Auditor
  limits(configuration: LimitsConfiguration): Limits
  stopping: AbortSignal
  now(): Date
}

/** Everything of the API that follows from one configuration. */
export interface Edition {
  configuration: Configuration
  services: Services
  identify: Identify
  /** Where things belong, in the words of this configuration. */
  ownResources: Resources
  app: RequestListener
  /** Begins with what goes on by itself. */
  begin(): void
  /** Resolves when it starts nothing any more; `rest` is still to be waited for, such as a remote that hangs. */
  end(): Promise<{ rest: Promise<unknown> }>
}

/** Throws when something of it cannot be used, such as a file of users. Does nothing by itself before it begins. */
export function createEdition(configuration: Configuration, parts: Foundation, current: () => Edition): Edition {
  const { store, auditor, metrics, feed, ways, secrets, data, stopping, now, log, env = {} } = parts
  const check = createCheck(configuration)
  const reports = commitReports(configuration, secrets)
  const repositories = { folder: join(data, 'repositories'), check, secrets, reports, now, log }
  const { catalog, watch } = openCatalog(configuration.pipelines, repositories)
  const runFreezes = createRunFreezes({ store, environments: environmentsOf(configuration), now })
  const engine = tellingEngine(parts.engine, runFreezes)
  const spreader = createFreezeSpreader({ store, engine, runFreezes, now })
  const { notifications } = configuration
  const starter = createStarter({ store, engine, catalog, now, log, gate: runFreezes.refuseFrozen, notifications })
  const fire = createFire({ starter, store, now, log })
  const viewers = new Set(configuration.encryption?.viewers ?? [])
  const { identify, ...identity } = createIdentityPart({
    ...{ configuration, store, secrets, viewers, token: parts.token, ...ways, log, env },
    limits: parts.limits(configuration.limits),
    anonymous: parts.anonymous ?? false,
  })
  const ownResources = createResources({ store, catalog, environmentOf: name => environmentOf(configuration, name) })
  // Streams of events outlive editions, and must not outlive the rights they were opened with.
  const resources: Resources = {
    execution: id => current().ownResources.execution(id),
    pipeline: name => current().ownResources.pipeline(name),
  }
  const services: Services = {
    ...{ store, engine, catalog, check, starter, feed, spreader, identity, auditor, metrics, resources, log },
    ...{ version: parts.version, url: ways.url, cookie: ways.cookie, state: parts.state ?? unchanging(now()) },
    simulateVersions: simulateApart(),
    simulate: createSimulator(),
    metricTypes: metricTypesOf(configuration),
    breakers: parts.breakers ?? null,
    codec: parts.codec ?? null,
    steering: createSteering({ store, engine, starter, now }),
    hooks: createHooks({
      ...{ sources: configuration.hooks, secrets, store, catalog, fire, now, log },
      onPush: () => void catalog.refresh(),
    }),
    hookSources: configuration.hooks,
    approvalLinks: openApprovalLinks(configuration, secrets),
    connections: new Set(Object.keys(configuration.connections)),
    targets: withConfiguration(configuration, parts.openTargets(configuration)),
    jobs: openAllJobs(configuration, data),
    traffic: openTraffic(data),
  }
  const ending = new AbortController()
  const signal = AbortSignal.any([ending.signal, stopping])
  let watching: Promise<unknown> = Promise.resolve()
  let background: Promise<unknown> = Promise.resolve()

  return {
    ...{ configuration, services, identify, ownResources },
    app: createApp({
      ...{ services, viewers, hosts: ways.hosts, pages: parts.pages, stopping, pace: parts.pace, log },
      identify: request => current().identify(request),
      trustedProxies: configuration.server.trustedProxies,
    }),
    begin() {
      watching = watch(signal)
      background = Promise.all([
        runReconciler({ store, engine, metrics, log }, signal),
        runFreezeSpreader(spreader, log, signal),
        keepSchedules({ catalog, schedules: parts.schedules, log }, signal),
        startFirings({ firings: store.firings, catalog, fire, now, log }, signal),
        followFinished({ store, catalog, fire, log }, feed.changed, signal),
        removeOldRuns({ store, now, log }, configuration.retention.executions, signal),
        noteConfiguration(store, configuration, now).catch(error =>
          log.warn({ err: error }, 'whether the configuration has changed is not in the audit log'),
        ),
      ])
    },
    async end() {
      ending.abort()
      await background
      return { rest: watching }
    },
  }
}

function environmentsOf({ targets }: Configuration): Record<string, string> {
  return Object.fromEntries(Object.entries(targets).map(([name, { environment }]) => [name, environment]))
}

function environmentOf({ targets }: Configuration, name: string): string | null {
  return Object.hasOwn(targets, name) ? targets[name]!.environment : null
}

function metricTypesOf({ metrics }: Configuration): Record<string, string> {
  const connections = Object.entries(metrics).map(([name, { type }]) => [name, type] as const)
  return { ...Object.fromEntries(connections), [routerProvider]: 'process host' }
}

function withConfiguration(
  configuration: Configuration,
  targets: Readonly<Record<string, Target>>,
): Services['targets'] {
  const known = Object.entries(configuration.targets).flatMap(([name, settings]) => {
    const target = targets[name]
    return target === undefined ? [] : [[name, { configuration: settings, target }] as const]
  })
  return Object.fromEntries(known)
}
