import type { Finding } from './problem.ts'
import type { KubernetesConnection } from './schema/configuration/kubernetes-target.ts'
import type { Configuration } from './schema/configuration.ts'
import { didYouMean } from './suggest.ts'

/** Names of connections to Kubernetes clusters that the configuration does not have. */
export function unknownConnections(configuration: Configuration): Finding[] {
  const known = Object.keys(configuration.kubernetes)
  const listed = known.length === 0 ? '"kubernetes" has none' : `"kubernetes" has ${known.join(', ')}`
  return (['targets', 'secrets'] as const).flatMap(section =>
    Object.entries(configuration[section]).flatMap(([owner, { type, ...one }]): Finding[] => {
      const name: unknown = 'connection' in one ? one.connection : undefined
      if (typeof name !== 'string' || known.includes(name)) return []
      const message = `there is no connection "${name}"${didYouMean(name, known)}; ${listed}`
      return [{ path: [section, owner, 'connection'], message }]
    }),
  )
}

/** The configuration with what names of connections stand for, which all have to be known. */
export function withConnections(configuration: Configuration): Configuration {
  const { kubernetes, targets, secrets } = configuration
  const named = <T extends object>(one: T): T => {
    if (!('connection' in one) || typeof one.connection !== 'string') return one
    const connection: KubernetesConnection = { ...kubernetes[one.connection]!, name: one.connection }
    return { ...one, connection }
  }
  const each = <T extends object>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, named(one)]))
  return { ...configuration, targets: each(targets), secrets: each(secrets) }
}
