/**
 * Ready metrics for common set-ups, all of them PromQL: failed and slow requests of one cluster. They rest on the labels
 * of `selector`; a connection's `labels` say what the system calls them, or that it has no such label.
 *
 * A failure counter that does not exist yet is zero, as long as there are requests at all; without requests, and
 * without the bucket that `slow` asks for, there is no data, and no data never passes.
 */
export interface MetricPreset {
  what: string
  /** Counters: failed requests, all requests. */
  failed: string
  requests: string
  /** Histogram of latencies, without `_bucket` and `_count`, its matchers, and its unit. */
  latency: { name: string; matchers: string; unit: 'ms' | 's' }
}

const selector = '${{ selector }}'

export const metricPresets = {
  istio: {
    what: 'Istio’s standard metrics, as the receiving proxy reports them',
    failed: `istio_requests_total{reporter="destination",response_code=~"5..|0",${selector}}`,
    requests: `istio_requests_total{reporter="destination",${selector}}`,
    latency: { name: 'istio_request_duration_milliseconds', matchers: 'reporter="destination",', unit: 'ms' },
  },
  envoy: {
    what: 'Envoy’s statistics of upstream clusters',
    failed: `envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",${selector}}`,
    requests: `envoy_cluster_upstream_rq_xx{${selector}}`,
    latency: { name: 'envoy_cluster_upstream_rq_time', matchers: '', unit: 'ms' },
  },
  nginx: {
    what: 'the NGINX ingress controller',
    failed: `nginx_ingress_controller_requests{status=~"5..",${selector}}`,
    requests: `nginx_ingress_controller_requests{${selector}}`,
    latency: { name: 'nginx_ingress_controller_request_duration_seconds', matchers: '', unit: 's' },
  },
  traefik: {
    what: 'Traefik’s counters of services, which have to be told apart by relabelling',
    failed: `traefik_service_requests_total{code=~"5..",${selector}}`,
    requests: `traefik_service_requests_total{${selector}}`,
    latency: { name: 'traefik_service_request_duration_seconds', matchers: '', unit: 's' },
  },
  linkerd: {
    what: 'Linkerd’s proxies, inbound',
    failed: `response_total{direction="inbound",classification="failure",${selector}}`,
    requests: `response_total{direction="inbound",${selector}}`,
    latency: { name: 'response_latency_ms', matchers: 'direction="inbound",', unit: 'ms' },
  },
  'spring-boot': {
    what: 'Spring Boot’s Micrometer metrics, with `percentiles-histogram` on',
    failed: `http_server_requests_seconds_count{outcome="SERVER_ERROR",${selector}}`,
    requests: `http_server_requests_seconds_count{${selector}}`,
    latency: { name: 'http_server_requests_seconds', matchers: '', unit: 's' },
  },
  node: {
    what: 'Node.js with `http_request_duration_seconds` by `status_code`, as prom-client’s users name it',
    failed: `http_request_duration_seconds_count{status_code=~"5..",${selector}}`,
    requests: `http_request_duration_seconds_count{${selector}}`,
    latency: { name: 'http_request_duration_seconds', matchers: '', unit: 's' },
  },
  opentelemetry: {
    what: 'OpenTelemetry’s `http.server.request.duration`, as Prometheus and the Collector translate its name and labels',
    failed: `http_server_request_duration_seconds_count{http_response_status_code=~"5..",${selector}}`,
    requests: `http_server_request_duration_seconds_count{${selector}}`,
    latency: { name: 'http_server_request_duration_seconds', matchers: '', unit: 's' },
  },
} as const satisfies Record<string, MetricPreset>

export type MetricPresetName = keyof typeof metricPresets

/** The queries of `errors` and of `slow`, where slower than so many milliseconds is slow. */
export function presetQueries(preset: MetricPreset, slow: number) {
  const { name, matchers, unit } = preset.latency
  const increase = (counter: string) => `sum(increase(${counter}[\${{ window }}]))`
  const bound = unit === 'ms' ? slow : slow / 1_000
  const measured = increase(`${name}_count{${matchers}${selector}}`)
  const quick = increase(`${name}_bucket{${matchers}le=~"${le(bound)}",${selector}}`)
  return {
    errors: { bad: `${increase(preset.failed)} or vector(0)`, total: increase(preset.requests) },
    slow: { bad: `clamp_min(${measured} - ${quick}, 0)`, total: measured },
  }
}

/** A bound as any client writes it: `1`, `1.0`, `0.5`, `5e-05`. */
function le(bound: number): string {
  const text = String(bound).replaceAll('.', '[.]').replaceAll('+', '[+]')
  return Number.isInteger(bound) ? `${text}([.]0)?` : text
}
