import type { Counts } from '../../activities/targets/process/host/protocol.ts'
import type { ClusterState } from '../../activities/targets/target.ts'
import type { FlowView } from '../contract/traffic.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'
import { within } from '../within.ts'

/** Milliseconds an answer may be held up by a target or its router. */
const patience = 3_000

export function trafficOperations({ targets, traffic }: Services): Pick<Handlers, 'getTraffic'> {
  return {
    async getTraffic({ params: { target: name, service }, query: { window }, signal }) {
      const known = Object.hasOwn(targets, name) ? targets[name]! : null
      if (known === null || !Object.hasOwn(known.configuration.services, service))
        throw new Refusal('not-found', `there is no service ${service} on ${name}; see GET /api/v1/targets`)
      const state = await within(patience, known.target.current(service))
      if (state === null) throw new Refusal('unavailable', `${name} cannot say what runs of ${service} right now`)
      const to = Date.now()
      const asked = { target: name, service, from: to - window, to }
      const counted = known.configuration.type === 'process'
      const count = (cluster: ClusterState) =>
        within(patience, traffic({ ...asked, role: cluster.role, version: cluster.release.version }, signal))
      return {
        body: {
          target: name,
          service,
          from: new Date(asked.from).toISOString(),
          to: new Date(to).toISOString(),
          weights: state.weights,
          flows: await Promise.all(
            state.clusters.map(async cluster => flowOf(cluster, counted ? await count(cluster) : null)),
          ),
          uncounted: counted ? null : `the router of ${name} does not count by cluster`,
        },
      }
    },
  }
}

function flowOf({ role, release, ready }: ClusterState, counts: Counts | null): FlowView {
  if (counts === null) return { role, version: release.version, ready, counts: null }
  const { requests, failures } = counts
  const quantile = (q: number) => quantileOf(counts, q)
  return {
    role,
    version: release.version,
    ready,
    counts: { requests, failures, median: quantile(0.5), p99: quantile(0.99) },
  }
}

/** Linear within the bucket that holds it; the overflow bucket counts as its lower bound. Null without requests. */
export function quantileOf({ bounds, latencies }: Pick<Counts, 'bounds' | 'latencies'>, q: number): number | null {
  const total = latencies.reduce((sum, count) => sum + count, 0)
  if (!(total > 0)) return null
  let below = 0
  for (const [index, count] of latencies.entries()) {
    if (below + count >= q * total && count > 0) {
      const low = index === 0 ? 0 : bounds[index - 1]!
      const high = bounds[index] ?? low
      return low + ((high - low) * (q * total - below)) / count
    }
    below += count
  }
  return bounds.at(-1) ?? null
}
