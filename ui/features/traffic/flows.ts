import type { TrafficView } from '../../../api/contract/traffic.ts'
import type { Role } from '../../../pipeline/clusters.ts'

/** One way from the router to a cluster, as it is drawn and written. */
export interface Flow {
  role: Role
  version: string
  ready: number
  /** Percent of live traffic. */
  weight: number
  /** Null where nothing is counted. */
  measured: { rate: number; failing: number | null; median: number | null; p99: number | null } | null
}

/** Clusters in the order of their roles; rates are requests a second, `failing` is a fraction of them. */
export function flowsOf({ flows, weights, from, to }: TrafficView): Flow[] {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1_000
  return flows.map(({ role, version, ready, counts }) => ({
    ...{ role, version, ready, weight: weights[role] ?? 0 },
    measured: counts && {
      rate: counts.requests / seconds,
      failing: counts.requests > 0 ? counts.failures / counts.requests : null,
      median: counts.median,
      p99: counts.p99,
    },
  }))
}

/** Requests a second over all clusters; null when none is counted. */
export function totalRate(flows: readonly Flow[]): number | null {
  const rates = flows.flatMap(({ measured }) => (measured === null ? [] : [measured.rate]))
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0)
}

/** Dots that may leave the router in a second; more would be a blur. */
const most = 50

/** Dots a second of each flow: one a request while they can be told apart, in proportion beyond. */
export function dotRates(flows: readonly Flow[]): number[] {
  const total = totalRate(flows) ?? 0
  const scale = total > most ? most / total : 1
  return flows.map(({ measured }) => (measured?.rate ?? 0) * scale)
}
