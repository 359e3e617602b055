import { Unavailable } from '../../../activities/failures.ts'
import type { MetricProvider, Query, Sample, Window } from '../../../activities/metrics/provider.ts'
import type { Interval, MetricConfig } from '../../../pipeline/canary/judge.ts'
import { type Chance, chanceOf } from './chance.ts'
import type { Scenario } from './scenario.ts'

export interface SimulatedMetrics {
  scenario: Scenario
  seed: number
  /** Requests a second of a whole service. */
  rate: number
  /** How a metric is judged tells what would harm it. */
  configOf(metric: string): MetricConfig | undefined
  /** The cluster's share of the service's traffic now, from 0 to 1. */
  shareOf(selector: Query['selector']): number
  /** Whether this version is what the run brings. */
  isNew(selector: Query['selector']): boolean
}

/** Answers every query by the scenario, with noise as it is in production; never asks anybody. */
export function simulatedMetrics(simulated: SimulatedMetrics): MetricProvider {
  const { scenario, seed, rate, configOf, shareOf, isNew } = simulated
  const recorded = scenario.kind === 'recorded' ? playback(scenario.intervals) : null
  return {
    async query(query, window) {
      if (scenario.kind === 'metrics-down') throw new Unavailable('the metrics are down (simulated)')
      const fresh = isNew(query.selector)
      if (recorded !== null) return recorded(query, window, fresh ? 'canary' : 'baseline')
      const { target, service, role, version } = query.selector
      const chance = chanceOf(seed, [target, service, role, version, query.metric, window.from].join('/'))
      const seconds = (window.to - window.from) / 1_000
      const requests = scenario.kind === 'no-traffic' ? 0 : chance.events(rate * shareOf(query.selector) * seconds)
      const config = configOf(query.metric) ?? { name: query.metric, kind: query.kind }
      return samples[query.kind]({ chance, requests, config, harmed: fresh && scenario.kind === 'bad' })
    },
    describe: ({ metric, selector }) => `${metric} of ${selector.role} ${selector.version} (simulated)`,
    ping: async () => {},
  }
}

interface Draw {
  chance: Chance
  requests: number
  config: MetricConfig
  harmed: boolean
}

/** Even in the best of worlds some requests go wrong. */
const usualShare = 0.002
const usualValue = 100

const samples: Readonly<Record<Query['kind'], (draw: Draw) => Sample[]>> = {
  proportion({ chance, requests, config, harmed }) {
    const usual = config.direction === 'decrease' ? 1 - usualShare : usualShare
    const share = harmed ? harmedShare(usual, config) : usual
    return [{ bad: chance.share(requests, share), total: requests }]
  },
  count({ chance, requests, config, harmed }) {
    const factor = config.direction === 'decrease' ? 0.1 : 10
    return [{ events: chance.events(requests * usualShare * (harmed ? factor : 1)) }]
  },
  series({ chance, requests, config, harmed }) {
    if (requests === 0) return []
    const worse = harmed ? 1 + Math.max(0.5, 5 * relativeMargin(config)) : 1
    const level = config.direction === 'decrease' ? usualValue / worse : usualValue * worse
    return [{ value: level * (1 + 0.03 * chance.normal()) }]
  },
  histogram({ chance, requests, config, harmed }) {
    const bounds = config.bounds ?? []
    const middle = bounds[Math.floor(bounds.length / 2)] ?? 1
    const mean = ((config.threshold ?? middle) / 4) * (harmed ? 4 : 1)
    const counts = new Array<number>(bounds.length + 1).fill(0)
    const below = (bound: number) => 1 - Math.exp(-bound / mean)
    let left = requests
    let passed = 0
    for (const [index, bound] of bounds.entries()) {
      const share = below(bound)
      const here = chance.share(left, passed >= 1 ? 0 : Math.min(1, (share - passed) / (1 - passed)))
      counts[index] = here
      left -= here
      passed = share
    }
    counts[bounds.length] = left
    return [{ counts }]
  },
}

function harmedShare(usual: number, { margin, direction }: MetricConfig): number {
  const step = Math.max(0.1, margin !== undefined && 'absolute' in margin ? 5 * margin.absolute : 0)
  return direction === 'decrease' ? Math.max(0.01, usual - step) : Math.min(0.99, usual + step)
}

function relativeMargin({ margin }: MetricConfig): number {
  if (margin === undefined) return 0
  return 'relative' in margin ? margin.relative : margin.absolute / usualValue
}

/** Every window is the next recorded look of its metric; after the last one there is no data. */
function playback(intervals: readonly Interval[]) {
  const looks = new Map<string, number[]>()
  return ({ metric, selector }: Query, { from }: Window, side: 'baseline' | 'canary'): Sample[] => {
    const key = `${selector.target}/${selector.service}/${metric}/${side}`
    const seen = looks.get(key) ?? []
    looks.set(key, seen)
    if (!seen.includes(from)) seen.push(from)
    const observed = intervals[seen.indexOf(from)]?.[side][metric] ?? null
    if (observed === null) return []
    if ('error' in observed) throw new Unavailable(observed.error)
    return [observed]
  }
}
