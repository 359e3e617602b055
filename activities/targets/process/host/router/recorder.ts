import { Counter, Histogram, Registry } from 'prom-client'
import type { Role } from '../../../../../pipeline/clusters.ts'
import type { Counts, CountsQuery } from '../protocol.ts'
import { latencyBounds, Series } from './series.ts'

/** How a request came to its cluster. Only what the weights decided is ever judged. */
export type Way = 'weighted' | 'header' | 'cookie'

/** One attempt at one instance; a request that is retried has several. */
export interface Attempt {
  role: Role
  version: string
  instance: string
  way: Way
  /** `abandoned`: the client left before the answer was whole. */
  outcome: 'answered' | 'failed' | 'abandoned'
  milliseconds: number
}

/** Counts the attempts of one service. */
export interface Recorder {
  /** From now on the absence of requests means "none", not "unknown". */
  expect(role: Role, version: string): void
  record(attempt: Attempt): void
  /** Takes an instance that is gone out of the Prometheus counters; the windows keep it. */
  forget(instance: string): void
  counts(query: CountsQuery): Counts | null
}

const labelNames = ['target', 'service', 'cluster', 'version', 'instance', 'route'] as const

/** The counters of a host, for Prometheus; each service records into them through its own recorder. */
export function metricsOf() {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'slipway_router_requests_total',
    help: 'Attempts that were answered or failed; each retry counts.',
    labelNames,
    registers,
  })
  const failures = new Counter({
    name: 'slipway_router_failures_total',
    help: 'Attempts that ended with a status of 500 or more, or without a whole answer.',
    labelNames,
    registers,
  })
  const abandoned = new Counter({
    name: 'slipway_router_abandoned_total',
    help: 'Attempts whose client left before the answer was whole.',
    labelNames,
    registers,
  })
  const duration = new Histogram({
    name: 'slipway_router_request_duration_seconds',
    help: 'Time from the attempt to the end of its answer.',
    labelNames,
    buckets: latencyBounds.map(bound => bound / 1_000),
    registers,
  })

  return {
    text: () => registry.metrics(),
    recorder: (target: string, service: string, now: () => number = Date.now): Recorder => {
      const series = new Map<string, Series>()
      const known = new Map<string, Map<string, Labels>>()
      const labelsOf = ({ role, version, instance, way }: Attempt) => {
        const ofInstance = known.get(instance) ?? new Map<string, Labels>()
        known.set(instance, ofInstance)
        const labels = ofInstance.get(`${role} ${way}`) ?? labelled(target, service, role, version, instance, way)
        ofInstance.set(`${role} ${way}`, labels)
        return labels
      }
      const seriesOf = (role: Role, version: string) => {
        const key = `${role} ${version}`
        const found = series.get(key)
        if (found) return found
        const made = new Series(now())
        series.set(key, made)
        forgetOld(series, now())
        return made
      }
      return {
        expect: (role, version) => void seriesOf(role, version),
        record(attempt) {
          const { role, version, way, outcome, milliseconds } = attempt
          const labels = labelsOf(attempt)
          if (way === 'weighted') seriesOf(role, version)[outcome](now(), milliseconds)
          if (outcome === 'abandoned') return abandoned.inc(labels)
          requests.inc(labels)
          duration.observe(labels, milliseconds / 1_000)
          if (outcome === 'failed') failures.inc(labels)
        },
        forget(instance) {
          for (const labels of known.get(instance)?.values() ?? [])
            for (const metric of [requests, failures, abandoned, duration]) metric.remove(labels)
          known.delete(instance)
        },
        counts: ({ role, version, from, to }) => series.get(`${role} ${version}`)?.counts(from, to, now()) ?? null,
      }
    },
  }
}

type Labels = Record<(typeof labelNames)[number], string>

function labelled(
  target: string,
  service: string,
  cluster: Role,
  version: string,
  instance: string,
  route: Way,
): Labels {
  return { target, service, cluster, version, instance, route }
}

export type HostMetrics = ReturnType<typeof metricsOf>

const most = 64
const hour = 3_600_000

/** Each series takes 390 KB, so only those of the last hour are kept, and no more than 64 of them. */
function forgetOld(series: Map<string, Series>, now: number): void {
  const oldestFirst = [...series].sort(([, a], [, b]) => a.touched - b.touched)
  for (const [key, { touched }] of oldestFirst) if (series.size > most || touched < now - 2 * hour) series.delete(key)
}
