import type { PayloadCodec } from '@temporalio/common'
import type { Logger } from 'pino'
import type { ApprovalLinks } from '../activities/approval-links.ts'
import type { Breakers } from '../activities/metrics/breakers.ts'
import type { Jobs } from '../activities/targets/jobs.ts'
import type { Counts, CountsQuery } from '../activities/targets/process/host/protocol.ts'
import type { Target } from '../activities/targets/target.ts'
import type { HookSource } from '../pipeline/schema/configuration/hooks.ts'
import type { TargetConfiguration } from '../pipeline/schema/configuration.ts'
import type { Store } from '../store/store.ts'
import type { Auditor } from './audit/auditor.ts'
import type { IdentityPart } from './auth/identity-part.ts'
import type { Resources } from './auth/resources.ts'
import type { ConfigurationState } from './contract/server.ts'
import type { Catalog } from './definitions/catalog.ts'
import type { Check } from './definitions/definition.ts'
import type { Engine } from './engine/engine.ts'
import type { Starter } from './executions/start.ts'
import type { Steering } from './executions/steer.ts'
import type { FreezeSpreader } from './freezes/spread.ts'
import type { Hooks } from './hooks/receive.ts'
import type { Feed } from './live/feed.ts'
import type { SimulateVersions } from './main/simulate-apart.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Simulator } from './simulator.ts'

/** All that operations work with; made once, in the composition root. */
export interface Services {
  store: Store
  engine: Engine
  catalog: Catalog
  check: Check
  simulateVersions: SimulateVersions
  simulate: Simulator
  starter: Starter
  steering: Steering
  feed: Feed
  hooks: Hooks
  hookSources: Readonly<Record<string, HookSource>>
  spreader: FreezeSpreader
  /** Null where messages carry no links. */
  approvalLinks: ApprovalLinks | null
  /** Names of connections. */
  connections: ReadonlySet<string>
  targets: Readonly<Record<string, { configuration: TargetConfiguration; target: Target }>>
  /** What runs jobs on every target; here only their logs are read. */
  jobs: Readonly<Record<string, Pick<Jobs, 'log'>>>
  /** What the router of the process host has counted; null when it knows nothing of the window. */
  traffic(query: CountsQuery, signal: AbortSignal): Promise<Counts | null>
  identity: Omit<IdentityPart, 'identify'>
  resources: Resources
  auditor: Auditor
  metrics: Metrics
  /** Names and types of all metric providers. */
  metricTypes: Readonly<Record<string, string>>
  /** How they stand; null when this process asks none of them. */
  breakers: Breakers | null
  /** What encrypts the payloads of Temporal; null when nothing does. */
  codec: PayloadCodec | null
  version: string
  /** What is known of the configuration that is in force. */
  state(): ConfigurationState
  /** Where people reach this server, without a slash at the end. */
  url(): string
  /** Name of the session cookie. */
  cookie(): string
  log: Logger
}
