import { z } from 'zod'
import { atlas } from './metrics/atlas.ts'
import { cloudwatch } from './metrics/cloudwatch.ts'
import { datadog } from './metrics/datadog.ts'
import { graphite } from './metrics/graphite.ts'
import { http } from './metrics/http.ts'
import { influxdb } from './metrics/influxdb.ts'
import { newrelic } from './metrics/newrelic.ts'
import { prometheus } from './metrics/prometheus.ts'

/** Built in as `router` for every process target; others are named here. */
export const metricsConnection = z.discriminatedUnion('type', [
  prometheus,
  http,
  graphite,
  influxdb,
  datadog,
  newrelic,
  cloudwatch,
  atlas,
])

export type MetricsConnection = z.output<typeof metricsConnection>
export type MetricsConnectionOf<T extends MetricsConnection['type']> = Extract<MetricsConnection, { type: T }>
