import type { PlannedMetric } from '../pipeline/presets.ts'
import type { Providers } from './read-metrics.ts'
import { readMetrics } from './read-metrics.ts'
import type { Measured, MeasureRequest } from './stage-requests.ts'
import type { Target } from './targets/target.ts'

const budget = 15_000

/** One number about one cluster. No data is no number: nothing can hold of it. */
export async function measure(
  request: MeasureRequest,
  { target, providers, signal }: { target: Target; providers: Providers; signal: AbortSignal },
): Promise<Measured> {
  const { service, role, from, to } = request
  const { clusters } = await target.current(service)
  const cluster = clusters.find(one => one.role === role)
  if (cluster === undefined) return { state: 'empty', reason: `${service} on ${request.target} has no ${role}` }
  const canary = { role, version: cluster.release.version }
  const reading = { target: request.target, service, window: { from, to }, canary, baseline: null, stable: null }
  const [read] = await readMetrics([planned(request)], reading, { providers, signal, budget })
  const seen = read!.canary
  if (seen === null) return { state: 'empty', reason: `${read!.query} gave no data` }
  if ('error' in seen) return { state: 'failed', reason: seen.error }
  const value = numberOf(seen)
  return Number.isFinite(value) ? { state: 'ok', value } : { state: 'empty', reason: `${read!.query} gave no number` }
}

function planned({ provider, expressions }: MeasureRequest): PlannedMetric {
  const kind = 'preset' in expressions ? 'proportion' : 'series'
  return { config: { name: 'value', kind }, provider, expressions }
}

function numberOf(seen: object): number {
  if ('value' in seen) return Number(seen.value)
  if ('bad' in seen && 'total' in seen) return Number(seen.bad) / Number(seen.total)
  return Number.NaN
}
