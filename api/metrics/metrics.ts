import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The server's own figures, for Prometheus. */
export interface Metrics {
  registry: Registry
  requests: Histogram<'method' | 'route' | 'status'>
  /** Runs that have not ended, by status. */
  openExecutions: Gauge<'status'>
  /** Runs that do not move, by reason: `activity`, `workflow` (Temporal does not know it) or `workflow-task`. */
  stuckExecutions: Gauge<'reason'>
  startedByReconciler: Counter
  /** 1 while the file of the configuration is not valid. */
  refusedConfiguration: Gauge
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    requests: new Histogram({
      name: 'slipway_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    openExecutions: new Gauge({
      name: 'slipway_open_executions',
      help: 'Executions that have not ended, by status.',
      labelNames: ['status'],
      registers,
    }),
    stuckExecutions: new Gauge({
      name: 'slipway_stuck_executions',
      help: 'Executions that do not move, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    refusedConfiguration: new Gauge({
      name: 'slipway_configuration_refused',
      help: '1 while the configuration on disk is not valid, and an earlier one in force.',
      registers,
    }),
    startedByReconciler: new Counter({
      name: 'slipway_reconciled_executions_total',
      help: 'Executions that were accepted by a server that could not start them, and were started later.',
      registers,
    }),
  }
}
