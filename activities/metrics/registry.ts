import { routerProvider as router } from '../../pipeline/presets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { HostClient } from '../targets/process/host/client.ts'
import { prometheusProvider } from './prometheus.ts'
import type { MetricProvider } from './provider.ts'
import { routerProvider } from './router.ts'

type Connection = Configuration['metrics'][string]
type ProviderType = Connection['type']

type ProviderFactory<T extends ProviderType> = (
  name: string,
  connection: Extract<Connection, { type: T }>,
) => MetricProvider

/** Milliseconds one query to a metrics system may take. */
const queryTimeout = 10_000

/** Every type of connection the configuration knows, and how it is opened. */
export const providers = {
  prometheus: (name, { url }) => prometheusProvider({ name, url, timeout: queryTimeout }),
} satisfies { [T in ProviderType]: ProviderFactory<T> }

/** The providers of a server by name: what its own router counts, and every configured connection. */
export function openProviders(
  connections: Configuration['metrics'],
  host: Pick<HostClient, 'counts' | 'ping'>,
): Record<string, MetricProvider> {
  const opened = Object.entries(connections).map(([name, connection]) => [
    name,
    providers[connection.type](name, connection),
  ])
  return { ...Object.fromEntries(opened), [router]: routerProvider(host) }
}
