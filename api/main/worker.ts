import { knownSecrets } from '../../activities/secrets/known.ts'
import { openSecrets } from '../../activities/secrets/secrets.ts'
import type { WorkerVersion } from '../../activities/worker.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Io } from '../cli/io.ts'
import { print } from '../cli/output.ts'
import { requireDatabase, requireTemporal, withEncryption } from './addresses.ts'
import { readConfiguration } from './configuration.ts'
import { createLogger, secretsOf } from './logger.ts'
import { createReloader } from './reload.ts'
import { untilStopped } from './signals.ts'

export interface WorkerProcessOptions {
  config: string
  data: string
  logLevel: string
  version: WorkerVersion | null
}

/** Only a worker, on servers that are run elsewhere; any number of them. Resolves when it was asked to stop and has. */
export async function runWorkerProcess(options: WorkerProcessOptions, io: Io): Promise<void> {
  const configuration = readConfiguration(options.config)
  const databaseUrl = requireDatabase(io.env)
  const known = knownSecrets([io.env.TEMPORAL_API_KEY ?? '', ...secretsOf(databaseUrl)])
  const secrets = openSecrets(configuration.secrets, io.env, known)
  const temporal = await withEncryption(requireTemporal(io.env), configuration, secrets)
  const log = createLogger({ level: options.logLevel, hide: known.hide, output: io.stderr })
  const running = new AbortController()
  let reload = () => {}
  const stopped = untilStopped(log, () => reload())
  // Only now: what is missing is said at once, and this is what takes time to load.
  const [{ startWorker }, { openStoreWhenThere }, { openTargets }] = await Promise.all([
    import('./worker-part.ts'),
    import('./open-store.ts'),
    import('./targets.ts'),
  ])
  const store = await openStoreWhenThere(databaseUrl, { configuration, secrets }, log)
  const { data, version } = options
  const openOwn = (given: Configuration) => openTargets(given, data)
  const worker = await startWorker({
    configuration,
    store,
    temporal,
    openTargets: openOwn,
    secrets,
    data,
    version,
    log,
  })
  const reloader = createReloader({
    ...{ configuration, log, now: () => new Date() },
    read: () => readConfiguration(options.config),
    prepare: [worker.prepare],
    // The servers read the same file, and have it in the audit log.
    store: null,
  })
  reload = () => void reloader.reload()
  const watching = reloader.watch(running.signal)
  print(io, 'slipway worker is ready')
  await stopped
  running.abort()
  await watching
  await worker.stop()
  await store.close()
}
