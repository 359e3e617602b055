import { expect, test } from 'vitest'
import { overallVerdict } from './canary/overall.ts'
import { expandMetrics } from './presets.ts'
import type { AnalysisMetric } from './schema/analysis.ts'

const http: AnalysisMetric = { preset: 'http', slow: 250, margin: 0.005 }

test('the http preset is errors and slow requests, both critical, with its margin in points', () => {
  expect(expandMetrics({ metrics: [http] })).toEqual([
    {
      config: {
        name: 'errors',
        kind: 'proportion',
        direction: 'increase',
        margin: { absolute: 0.005 },
        critical: true,
        weight: 1,
      },
      provider: 'router',
      expressions: { preset: 'http-errors' },
    },
    {
      config: {
        name: 'slow',
        kind: 'proportion',
        direction: 'increase',
        margin: { absolute: 0.005 },
        critical: true,
        weight: 1,
      },
      provider: 'router',
      expressions: { preset: 'http-slow', threshold: '250' },
    },
  ])
})

test('a release with errors and good latency fails as a whole', () => {
  const verdicts = expandMetrics({ metrics: [http] }).map(({ config }) => ({
    name: config.name,
    verdict: config.name === 'errors' ? ('fail' as const) : ('pass' as const),
    critical: config.critical!,
    muted: false,
    group: null,
    weight: config.weight!,
  }))
  expect(overallVerdict(verdicts).verdict).toBe('fail')
})

test('a bare margin is points of a share and a part of the baseline of everything else', () => {
  const common = { direction: 'increase', critical: false, weight: 1, provider: 'prom', margin: 0.2 } as const
  const metrics: AnalysisMetric[] = [
    { ...common, name: 'a', kind: 'proportion', bad: 'x', total: 'y' },
    { ...common, name: 'b', kind: 'count', query: 'x' },
    { ...common, name: 'c', kind: 'series', query: 'x', margin: { absolute: 3 }, group: 'cpu' },
    { ...common, name: 'd', kind: 'histogram', query: 'x', bounds: [1, 2], threshold: 2 },
  ]
  const expanded = expandMetrics({ metrics })
  expect(expanded.map(({ config }) => config.margin)).toEqual([
    { absolute: 0.2 },
    { relative: 0.2 },
    { absolute: 3 },
    { absolute: 0.2 },
  ])
  expect(expanded.map(({ expressions }) => expressions)).toEqual([
    { bad: 'x', total: 'y' },
    { query: 'x' },
    { query: 'x' },
    { query: 'x' },
  ])
  expect(expanded[2]!.config.group).toBe('cpu')
  expect(expanded[3]!.config).toMatchObject({ bounds: [1, 2], threshold: 2 })
})
