import { knownSecrets } from '../../activities/secrets/known.ts'
import { openSecrets } from '../../activities/secrets/secrets.ts'
import { CliError, exitCodes, type Io } from '../cli/io.ts'
import { print } from '../cli/output.ts'
import { version } from '../cli/version.ts'
import { codecOf, requireDatabase, requireTemporal, requireToken, withEncryption } from './addresses.ts'
import { readConfiguration } from './configuration.ts'
import { createLogger, secretsOf } from './logger.ts'
import { userInterfaceFolder } from './pages-folder.ts'
import { createReloader, type Reloader } from './reload.ts'
import { untilStopped } from './signals.ts'

export interface ApiProcessOptions {
  config: string
  host: string
  port: number
  publicUrl: string | null
  data: string
  logLevel: string
}

/** Only API and page, on servers that are run elsewhere; any number of them. Resolves when it was asked to stop. */
export async function runApi(options: ApiProcessOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options.config)
  const databaseUrl = requireDatabase(io.env)
  const token = requireToken(io.env)
  const known = knownSecrets([token, io.env.TEMPORAL_API_KEY ?? '', ...secretsOf(databaseUrl)])
  const secrets = openSecrets(configuration.secrets, io.env, known)
  const temporal = await withEncryption(requireTemporal(io.env), configuration, secrets)
  const log = createLogger({ level: options.logLevel, hide: known.hide, output: io.stderr })
  const publicUrl = options.publicUrl === null ? null : origin(options.publicUrl)
  const running = new AbortController()
  let reload = () => {}
  const stopped = untilStopped(log, () => reload())
  // Only now: what is missing is said at once, and this is what takes time to load.
  const [{ startApi }, { openEngine }, { openStoreWhenThere }, { openTargets }] = await Promise.all([
    import('./api-part.ts'),
    import('./engine.ts'),
    import('./open-store.ts'),
    import('./targets.ts'),
  ])
  const store = await openStoreWhenThere(databaseUrl, { configuration, secrets }, log)
  const { host, port } = options
  const { engine, schedules, close } = openEngine(temporal)
  const parts = {
    env: io.env,
    configuration,
    store,
    engine,
    schedules,
    secrets,
    token,
    log,
    version,
    codec: codecOf(temporal),
  }
  const api = await startApi({
    ...{ ...parts, host, port, publicUrl, pages: userInterfaceFolder, data: options.data },
    openTargets: given => openTargets(given, options.data),
    state: () => reloader.state(),
  })
  const reloader: Reloader = createReloader({
    ...{ configuration, store, log, now: () => new Date() },
    read: () => readConfiguration(options.config),
    prepare: [api.prepare],
  })
  reload = () => void reloader.reload()
  const watching = reloader.watch(running.signal)
  print(io, `slipway api is ready at ${api.url}`)
  await stopped
  running.abort()
  await watching
  await api.stop()
  await close()
  await store.close()
}

function origin(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin
  throw new CliError(`--public-url is not an http address: ${text}`, exitCodes.invalid)
}
