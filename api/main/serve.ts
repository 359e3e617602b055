import type { Logger } from 'pino'
import { createBreakers } from '../../activities/metrics/breakers.ts'
import { knownSecrets } from '../../activities/secrets/known.ts'
import { openSecrets, type Secrets } from '../../activities/secrets/secrets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import { CliError, exitCodes, type Io } from '../cli/io.ts'
import { note, print } from '../cli/output.ts'
import { version } from '../cli/version.ts'
import { codecOf, givenTemporal, type TemporalAddress, withEncryption } from './addresses.ts'
import { embeddedHost, embeddedStore, embeddedTemporal, type Part } from './children/embedded.ts'
import { isListening } from './children/listening.ts'
import { readConfiguration } from './configuration.ts'
import { type DataFolder, takeDataFolder } from './data-folder.ts'
import { createLogger, secretsOf } from './logger.ts'
import { userInterfaceFolder } from './pages-folder.ts'
import { createReloader, type Reloader } from './reload.ts'
import { untilStopped } from './signals.ts'

export interface ServeOptions {
  data: string
  config: string
  /** 0 takes a free one; null the one of last time. */
  port: number | null
  /** At the end, stop the releases too. */
  stopInstances: boolean
  logLevel: string
  /** Lets in who says nothing about themselves. */
  dev: boolean
  /** Production environments on the embedded Temporal all the same. */
  allowProduction: boolean
}

const host = '127.0.0.1'
const usualPort = 7070

/**
 * Everything for one machine: API, page and worker in this process, beside it Temporal, the store and the process host.
 * Resolves when it was asked to stop and has. What cannot be started ends it with the reason; what is already up then is
 * stopped again.
 */
export async function serve(options: ServeOptions, io: Io): Promise<void> {
  const began = performance.now()
  const configuration = readOwn(options, io)
  const folder = takeDataFolder(options.data)
  if (options.port !== null && options.port > 0 && (await isListening(options.port)))
    throw new CliError(`${host}:${options.port} is in use by another program; end it, or choose another with --port`)
  const token = folder.token()
  const databaseUrl = io.env.DATABASE_URL || null
  const known = knownSecrets([
    token,
    io.env.TEMPORAL_API_KEY ?? '',
    ...(databaseUrl === null ? [] : secretsOf(databaseUrl)),
  ])
  const secrets = openSecrets(configuration.secrets, io.env, known)
  const log = createLogger({ level: options.logLevel, hide: known.hide, output: io.stderr })
  const parts: Part[] = []
  const running = new AbortController()
  let reload = () => {}
  const stopped = untilStopped(log, () => reload())
  try {
    const { api, reloader } = await start({
      options,
      io,
      configuration,
      folder,
      token,
      databaseUrl,
      secrets,
      log,
      parts,
    })
    reload = () => void reloader.reload()
    const watching = reloader.watch(running.signal)
    print(io, `slipway is ready at ${api.url}`)
    log.info({ ms: Math.round(performance.now() - began), data: folder.path }, 'ready')
    note(io, 'isTTY' in io.stderr && io.stderr.isTTY ? `Sign in: ${api.loginLink()}` : 'Sign in: slipway login')
    await stopped
    running.abort()
    await watching
    if (!options.stopInstances) log.info('releases go on serving; with --stop-instances they would end, too')
  } finally {
    folder.removeServerFile()
    for (const part of parts.reverse()) await stop(part, log)
    folder.release()
  }
}

/** Any program of this machine can talk to the embedded Temporal, and so give an approval that nobody gave. */
export function refuseEmbeddedProduction({ environments }: Configuration, env: Io['env']): void {
  const production = Object.keys(environments).filter(name => environments[name]!.production)
  if (production.length === 0 || givenTemporal(env) !== null) return
  throw new CliError(
    `${production.join(', ')} is marked as production, and the embedded Temporal lets every program of this machine approve; set TEMPORAL_ADDRESS to a server with authentication, or accept that with --allow-embedded-production`,
    exitCodes.invalid,
  )
}

interface Start {
  options: ServeOptions
  io: Io
  configuration: Configuration
  folder: DataFolder
  token: string
  databaseUrl: string | null
  secrets: Secrets
  log: Logger
  /** Everything that was started, in order; to be stopped in the opposite one. */
  parts: Part[]
}

async function start(given: Start) {
  const { options, io, configuration, folder, token, secrets, log, parts } = given
  const modules = Promise.all([
    import('./api-part.ts'),
    import('./engine.ts'),
    import('./worker-part.ts'),
    import('./open-store.ts'),
    import('./targets.ts'),
  ])
  modules.catch(() => {})
  const [plainTemporal, databaseUrl] = await together<[TemporalAddress, string, null]>(parts, [
    givenTemporal(io.env) ?? (() => embeddedTemporal(folder, io.env, log)),
    given.databaseUrl ?? (() => embeddedStore(folder.path, log)),
    () => embeddedHost(folder.path, options.stopInstances, log),
  ])
  const [{ startApi }, { openEngine }, { startWorker }, { openOwnStore }, { openTargets }] = await modules
  const temporal = await withEncryption(plainTemporal, configuration, secrets)
  const store = await openOwnStore(databaseUrl, { configuration, secrets })
  parts.push({ name: 'store connection', stop: () => store.close() })
  const openOwn = (given: Configuration) => openTargets(given, folder.path)
  const breakers = createBreakers()
  const worker = await startWorker({
    ...{ configuration, store, temporal, secrets, breakers, log, openTargets: openOwn },
    data: folder.path,
  })
  parts.push({ name: 'worker', stop: () => worker.stop() })
  const { engine, schedules, close } = openEngine(temporal)
  parts.push({ name: 'engine connection', stop: close })
  const api = await startApi({
    ...{ configuration, store, engine, schedules, secrets, breakers, token, host, version, log },
    codec: codecOf(temporal),
    openTargets: openOwn,
    state: () => reloader.state(),
    port: options.port ?? folder.keptPort('api') ?? usualPort,
    publicUrl: null,
    pages: userInterfaceFolder,
    anonymous: options.dev,
    env: io.env,
    data: folder.path,
  })
  parts.push({ name: 'api', stop: () => api.stop() })
  await folder.keepPort('api', Number(new URL(api.local).port))
  // The name in a certificate is that of the public address.
  const reached = configuration.tls === undefined ? api.local : api.url
  await folder.writeServerFile({ url: reached, token, pid: process.pid })
  const reloader: Reloader = createReloader({
    ...{ configuration, store, log, now: () => new Date() },
    read: () => readOwn(options, io),
    prepare: [worker.prepare, api.prepare],
  })
  return { api, reloader }
}

/** As it may be here. */
function readOwn(options: ServeOptions, io: Io): Configuration {
  const configuration = readConfiguration(options.config)
  if (!options.allowProduction) refuseEmbeddedProduction(configuration, io.env)
  return configuration
}

/** A value that is given, or a part that is started for it. */
type Source<T> = T | (() => Promise<Part & { value: T }>)

/** Starts what is not given, all at once. When one fails the others are waited for, so that they can be stopped. */
async function together<T extends readonly unknown[]>(
  parts: Part[],
  sources: { [K in keyof T]: Source<T[K]> },
): Promise<T> {
  const settled = await Promise.allSettled(
    sources.map(async source => {
      if (typeof source !== 'function') return source
      const part = await source()
      parts.push(part)
      return part.value
    }),
  )
  const failed = settled.find(result => result.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map(result => (result as PromiseFulfilledResult<unknown>).value) as unknown as T
}

async function stop(part: Part, log: Logger): Promise<void> {
  const begun = performance.now()
  await part.stop().catch(error => log.error({ err: error }, `${part.name} did not stop well`))
  log.debug({ part: part.name, ms: Math.round(performance.now() - begun) }, 'stopped')
}
