import { Unavailable } from '../../activities/failures.ts'
import type { MetricProvider } from '../../activities/metrics/provider.ts'

/** Share of bad events by version; null: no data; an error message: cannot be read. */
export type Behaviour = Readonly<Record<string, number | null | string>>

export interface FakeMetrics extends MetricProvider {
  behaviour: Behaviour
  /** Requests a second that every cluster gets. */
  rate: number
  queries: number
}

/** A provider that answers by the version: the expected number of events, without noise. */
export function fakeMetrics(behaviour: Behaviour, rate = 1_000): FakeMetrics {
  const provider: FakeMetrics = {
    behaviour,
    rate,
    queries: 0,
    async query({ selector, metric }, { from, to }) {
      provider.queries += 1
      const bad = metric === 'slow' ? 0 : (provider.behaviour[selector.version] ?? null)
      if (typeof bad === 'string') throw new Unavailable(bad)
      if (bad === null) return []
      const total = Math.round((provider.rate * (to - from)) / 1_000)
      return [{ bad: Math.round(total * bad), total }]
    },
    describe: ({ metric, selector }) => `${metric} of ${selector.role} ${selector.version}`,
    ping: async () => {},
  }
  return provider
}
