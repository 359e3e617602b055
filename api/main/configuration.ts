import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { loadConfiguration } from '../../pipeline/configuration.ts'
import { formatProblem } from '../../pipeline/problem.ts'
import type { GitAccess } from '../../pipeline/schema/configuration/git-access.ts'
import type { KubernetesConnection, KubernetesTarget } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { PipelineSource } from '../../pipeline/schema/configuration/pipelines.ts'
import type { SecretStoreConfiguration } from '../../pipeline/schema/configuration/secret-stores.ts'
import type { Configuration, TargetConfiguration } from '../../pipeline/schema/configuration.ts'
import { CliError, exitCodes } from '../cli/io.ts'

/** Reads `slipway.yaml`; paths in it are relative to the file and absolute afterwards. Faults end the program. */
export function readConfiguration(file: string): Configuration {
  const { configuration, problems } = loadConfiguration(readText(file), file)
  if (configuration !== null) return withAbsolutePaths(configuration, dirname(resolve(file)))
  const lines = problems.map(formatProblem).join('\n')
  throw new CliError(`the configuration ${file} is not valid:\n${lines}`, exitCodes.invalid)
}

function withAbsolutePaths(value: Configuration, base: string): Configuration {
  const { users } = value.auth
  return {
    ...value,
    secrets: mapValues(value.secrets, store => absoluteStore(store, base)),
    targets: mapValues(value.targets, target => absoluteTarget(target, base)),
    auth: { ...value.auth, ...(users === undefined ? {} : { users: resolve(base, users) }) },
    ...absoluteTls(value, base),
    pipelines: value.pipelines.map(source => absoluteSource(source, base)),
  }
}

function absoluteStore(store: SecretStoreConfiguration, base: string): SecretStoreConfiguration {
  if (store.type !== 'kubernetes') return store
  return { ...store, connection: absoluteConnection(store.connection, base) }
}

function absoluteTls({ tls }: Configuration, base: string): Pick<Configuration, 'tls'> {
  return tls === undefined ? {} : { tls: { cert: resolve(base, tls.cert), key: resolve(base, tls.key) } }
}

function absoluteSource(source: PipelineSource, base: string): PipelineSource {
  if ('directory' in source) return { directory: resolve(base, source.directory) }
  return absoluteAccess(source, base)
}

function absoluteAccess<T extends GitAccess>(access: T, base: string): T {
  const files = (['caFile', 'keyFile', 'knownHostsFile'] as const).flatMap(key =>
    access[key] === undefined ? [] : [[key, resolve(base, access[key])]],
  )
  return { ...access, ...Object.fromEntries(files) }
}

function absoluteTarget(target: TargetConfiguration, base: string): TargetConfiguration {
  if (target.type === 'kubernetes') return absoluteCluster(target, base)
  const services = mapValues(target.services, service => ({ ...service, directory: resolve(base, service.directory) }))
  return { ...target, services }
}

function absoluteCluster(target: KubernetesTarget, base: string): KubernetesTarget {
  const services = mapValues(target.services, service =>
    service.promote.type === 'git' ? { ...service, promote: absoluteAccess(service.promote, base) } : service,
  )
  return { ...target, services, connection: absoluteConnection(target.connection, base) }
}

function absoluteConnection(connection: KubernetesConnection, base: string): KubernetesConnection {
  if ('inCluster' in connection) return connection
  if ('kubeconfig' in connection) return { ...connection, kubeconfig: resolve(base, connection.kubeconfig) }
  const { tokenFile, caFile } = connection
  const ca = caFile === undefined ? {} : { caFile: resolve(base, caFile) }
  return { ...connection, tokenFile: resolve(base, tokenFile), ...ca }
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw new CliError(`the configuration ${file}: ${reason}; name another with --config`, exitCodes.invalid)
  }
}
