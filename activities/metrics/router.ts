import { Invalid } from '../failures.ts'
import type { HostClient } from '../targets/process/host/client.ts'
import type { Counts } from '../targets/process/host/protocol.ts'
import { latencyBounds } from '../targets/process/host/router/series.ts'
import type { MetricProvider, Query, Sample } from './provider.ts'

/**
 * What the embedded router has counted itself, by the second, for the last hour.
 *
 * - `{ preset: 'http-errors' }`: attempts without a good answer (a status of 500 or more, or none at all) of all.
 * - `{ preset: 'http-slow', threshold: '500' }`: requests slower than so many milliseconds, of all. One whose client
 *   gave up after a longer wait was slow too, though nobody knows how slow; one given up earlier tells nothing.
 *
 * Each attempt counts, so a retry hides no failure; requests sent by header or cookie do not. A second belongs to the
 * window in which it ends, so windows that touch share none, and one that holds no end of a second is empty.
 */
export function routerProvider(host: Pick<HostClient, 'counts' | 'ping'>): MetricProvider {
  return {
    async query(query, window, signal) {
      const preset = presetOf(query)
      const { target, service, role, version } = query.selector
      const counts = await host.counts({ target, service, role, version, ...window }, signal)
      return counts === null ? [] : [preset.share(counts)]
    },
    describe(query, window) {
      const { target, service, role, version } = query.selector
      const [from, to] = [window.from, window.to].map(at => new Date(at).toISOString())
      return `router: ${presetOf(query).text} of ${service} ${version} (${role}) on ${target}, ${from} to ${to}`
    },
    ping: async () => {
      await host.ping()
    },
  }
}

interface Preset {
  text: string
  share(counts: Counts): Sample
}

const presets: Readonly<Record<string, (query: Query) => Preset>> = {
  'http-errors': () => ({
    text: 'failed requests',
    share: ({ failures, requests }) => ({ bad: failures, total: requests }),
  }),
  'http-slow': query => {
    const threshold = thresholdOf(query)
    return {
      text: `requests slower than ${threshold} ms`,
      share: ({ bounds, latencies, abandoned, requests }) => {
        const first = bounds.indexOf(threshold) + 1
        const waited = sum(abandoned.slice(first))
        return { bad: sum(latencies.slice(first)) + waited, total: requests + waited }
      },
    }
  },
}

function presetOf(query: Query): Preset {
  const { preset } = query.expressions
  const known = preset === undefined ? undefined : presets[preset]
  if (known) return known(query)
  const names = Object.keys(presets).join(', ')
  throw new Invalid(`metric ${query.metric}: the router has no "${preset ?? ''}"; it has the presets ${names}`)
}

function thresholdOf({ metric, expressions }: Query): number {
  const threshold = Number(expressions.threshold)
  if (latencyBounds.some(bound => bound === threshold)) return threshold
  const bounds = latencyBounds.join(', ')
  throw new Invalid(
    `metric ${metric}: the router cannot tell requests slower than ${expressions.threshold} ms; use one of ${bounds} ms`,
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
