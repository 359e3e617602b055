import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { PayloadCodec } from '@temporalio/common'
import type { Logger } from 'pino'
import type { Breakers } from '../../activities/metrics/breakers.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import { createAuditor } from '../audit/auditor.ts'
import { writeCheckpoints } from '../audit/checkpoints.ts'
import { createLimits, type Limits } from '../auth/limits.ts'
import { CliError, exitCodes } from '../cli/io.ts'
import type { ConfigurationState } from '../contract/server.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schedules } from '../engine/schedules.ts'
import { watchStuckRuns } from '../executions/stuck-runs.ts'
import { type Listening, listen } from '../http/server.ts'
import { type CertificateFiles, type KeyPair, readKeyPair, watchKeyPair } from '../http/tls.ts'
import type { Pace } from '../live/event-stream.ts'
import { openFeed } from '../live/feed.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { createEdition, type Edition, type Foundation, type Ways } from './edition.ts'

export interface ApiOptions {
  configuration: Configuration
  store: Store
  engine: Engine
  schedules: Schedules
  openTargets(configuration: Configuration): Readonly<Record<string, Target>>
  secrets: Secrets
  /** What encrypts the payloads of Temporal; null, or left out, when nothing does. */
  codec?: PayloadCodec | null
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
  /** Of event streams; absent: the usual one. */
  pace?: Pace | undefined
  /** Lets in who says nothing about themselves; only ever on loopback. */
  anonymous?: boolean
  /** Where secrets that the configuration names are. */
  env?: Readonly<Record<string, string | undefined>>
  /** What is known of the configuration that is in force. */
  state?: () => ConfigurationState
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
  /** Makes everything for another configuration, or throws; what it gives back puts that in force. */
  prepare(configuration: Configuration): () => Promise<void>
  stop(): Promise<void>
}

/**
 * Everything that answers requests, listening. Starts while the engine is still away. What follows from the configuration
 * is an edition; another configuration makes another one, and what is under way ends in the edition it began in.
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { store, log, host } = options
  const { tls } = options.configuration
  const pair = tls === undefined ? null : await readPair(tls)
  const scheme = pair === null ? 'http' : 'https'
  const stopping = new AbortController()
  const now = () => new Date()
  const feed = openFeed(store, log)
  const metrics = createMetrics()
  const auditor = createAuditor(store, { now, log })
  let current: Edition
  let listening: Listening | null = null
  const port = () => listening?.port ?? options.port
  const local = () => `${scheme}://${nameOf(host)}:${port()}`
  const url = () => options.publicUrl ?? current.configuration.server.url ?? local()
  const names = [nameOf(host), ...loopback]
  const ways: Ways = {
    url,
    // Cookies are shared by all ports of a host, so the name tells the port; on https the browser holds it to this host.
    cookie: () => (url().startsWith('https:') ? '__Host-slipway_session' : `slipway_session_${port()}`),
    hosts: () => new Set([new URL(url()).host, ...names.map(name => `${name}:${port()}`)]),
    origins: () => new Set([new URL(url()).origin, ...[...ways.hosts()].map(name => `${scheme}://${name}`)]),
  }
  const parts = { ...options, ways, feed, metrics, auditor, limits: keptLimits(), stopping: stopping.signal, now }
  const prepare = (configuration: Configuration) => createEdition(configuration, parts, () => current)
  current = prepare(options.configuration)
  const answer: RequestListener = (request, response) => current.app(request, response)
  const opened = await listen(answer, host, options.port, { pair }).catch(async error => {
    await feed.close()
    throw explain(error, host, options.port)
  })
  listening = opened
  const background: Promise<unknown>[] = [
    watchStuckRuns({ store, engine: options.engine, metrics, log }, stopping.signal),
    writeCheckpoints({ store, file: join(options.data, 'audit-checkpoints.jsonl'), log }, stopping.signal),
    ...(tls === undefined ? [] : [watchKeyPair(tls, { use: opened.useKeyPair, log }, stopping.signal)]),
  ]
  current.begin()

  return {
    url: url(),
    local: local(),
    loginLink() {
      const { sessions, localOwner } = current.services.identity
      return `${url()}/login#code=${sessions.issueCode(localOwner).code}`
    },
    prepare(configuration) {
      const next = prepare(configuration)
      return async () => {
        // Never two that start the runs of schedules.
        background.push((await current.end()).rest)
        current = next
        if (!stopping.signal.aborted) next.begin()
      }
    },
    async stop() {
      stopping.abort()
      await listening?.close()
      background.push((await current.end()).rest)
      await Promise.all([...background, auditor.settled()])
      await feed.close()
    },
  }
}

/** Before anything is started with it. */
async function readPair(files: CertificateFiles): Promise<KeyPair> {
  return readKeyPair(files).catch(error => {
    throw new CliError(`tls: ${error.message}`, exitCodes.invalid)
  })
}

/** Counters go on counting as long as the limits are the same. */
function keptLimits(): Foundation['limits'] {
  let kept: { of: string; limits: Limits } | null = null
  return configuration => {
    const of = JSON.stringify(configuration)
    if (kept?.of !== of) kept = { of, limits: createLimits(configuration) }
    return kept.limits
  }
}

const loopback = ['127.0.0.1', 'localhost', '[::1]']

function nameOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `${host}:${port}`
  if (error.code === 'EADDRINUSE')
    return new CliError(`${where} is in use by another program; end it, or choose another port with --port`)
  if (error.code === 'EACCES') return new CliError(`${where} may not be used by this user; choose a port above 1023`)
  if (error.code === 'EADDRNOTAVAIL') return new CliError(`${host} is not an address of this machine; see --host`)
  return error
}
