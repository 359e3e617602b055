import { routerProvider as router } from '../../pipeline/presets.ts'
import type { MetricsConnection, MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import { localSecrets, type Secrets } from '../secrets/secrets.ts'
import type { HostClient } from '../targets/process/host/client.ts'
import { atlasProvider } from './atlas.ts'
import { type Breakers, createBreakers } from './breakers.ts'
import { cloudwatchProvider } from './cloudwatch.ts'
import { datadogProvider } from './datadog.ts'
import { graphiteProvider } from './graphite.ts'
import { httpProvider } from './http.ts'
import { influxdbProvider } from './influxdb.ts'
import { newrelicProvider } from './newrelic.ts'
import { prometheusProvider } from './prometheus.ts'
import type { MetricProvider } from './provider.ts'
import { resilient, usualPatience } from './resilient.ts'
import { routerProvider } from './router.ts'

type ProviderType = MetricsConnection['type']

type ProviderFactory<T extends ProviderType> = (
  name: string,
  connection: MetricsConnectionOf<T>,
  secrets: Secrets,
) => MetricProvider

/** Every type of connection the configuration knows, and how it is opened. */
export const providers = {
  prometheus: prometheusProvider,
  http: httpProvider,
  graphite: graphiteProvider,
  influxdb: influxdbProvider,
  datadog: datadogProvider,
  newrelic: newrelicProvider,
  cloudwatch: cloudwatchProvider,
  atlas: atlasProvider,
} satisfies { [T in ProviderType]: ProviderFactory<T> }

/** The providers of a server by name: what its own router counts, and every configured connection. */
export function openProviders(
  connections: Configuration['metrics'],
  host: Pick<HostClient, 'counts' | 'ping'>,
  secrets: Secrets = localSecrets(),
  breakers: Breakers = createBreakers(),
): Record<string, MetricProvider> {
  const opened = Object.entries(connections).map(([name, connection]) => {
    const provider = openProvider(name, connection, secrets)
    return [name, resilient(name, provider, { ...usualPatience, timeout: connection.timeout, breakers })]
  })
  return {
    ...Object.fromEntries(opened),
    [router]: resilient(router, routerProvider(host), { ...usualPatience, breakers }),
  }
}

function openProvider<T extends ProviderType>(
  name: string,
  connection: MetricsConnectionOf<T>,
  secrets: Secrets,
): MetricProvider {
  // The compiler cannot tie an entry of the table to the member of the union it is for.
  const open = providers[connection.type as T] as unknown as ProviderFactory<T>
  return open(name, connection, secrets)
}
