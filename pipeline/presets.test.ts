import { expect, test } from 'vitest'
import { judge } from './canary/judges.ts'
import { overallVerdict } from './canary/overall.ts'
import { expandMetrics } from './presets.ts'
import type { AnalysisMetric } from './schema/analysis.ts'

const http = { preset: 'http', slow: 250, margin: 0.005 } satisfies AnalysisMetric

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

test('settings of the judge go through as written, and are not there when they are not', () => {
  const common = { direction: 'increase', critical: false, weight: 1, provider: 'prom' } as const
  const metrics: AnalysisMetric[] = [
    { ...http, failAbove: 'margin', minIntervals: 12, dispersion: 'strict' },
    { ...common, name: 'a', kind: 'count', query: 'x', margin: 0.5, failAbove: 0.2, dispersion: 2.5, block: 4 },
    { ...common, name: 'b', kind: 'series', query: 'x', failAbove: { absolute: 1 }, muted: true },
    { ...common, name: 'c', kind: 'count', query: 'x' },
  ]
  const [errors, slow, a, b, c] = expandMetrics({ metrics }).map(({ config }) => config)
  for (const config of [errors, slow])
    expect(config).toMatchObject({ failAbove: { absolute: 0.005 }, minIntervals: 12, dispersion: 'strict' })
  expect(a).toMatchObject({ failAbove: { relative: 0.2 }, dispersion: 2.5, block: 4 })
  expect(b).toMatchObject({ failAbove: { absolute: 1 }, muted: true })
  expect(Object.keys(c!)).toEqual(['name', 'kind', 'direction', 'critical', 'weight'])
})

test('a canary that is worse by as much as may be does not fail with failAbove, nor when nothing of it counts', () => {
  const verdictWith = (change: Partial<Extract<AnalysisMetric, { preset: string }>>) => {
    const metrics = expandMetrics({ metrics: [{ ...http, ...change }] }).map(({ config }) => config)
    const side = (bad: number) => ({ errors: { bad, total: 500 }, slow: { bad: 0, total: 500 } })
    const intervals = Array.from({ length: 40 }, () => ({ baseline: side(5), canary: side(15) }))
    return judge({ type: 'sequential', falseAlarm: 0.01 }, { metrics, intervals, last: true }).verdict
  }
  expect(verdictWith({ margin: 0.02 })).toBe('fail')
  expect(verdictWith({ margin: 0.02, failAbove: 'margin' })).toBe('insufficient')
  expect(verdictWith({ margin: 0.02, muted: true })).toBe('insufficient')
})

test('a preset of the library asks its provider, with bounds in its own unit', () => {
  const queriesOf = (preset: 'istio' | 'spring-boot', slow: number) => {
    const metrics: AnalysisMetric[] = [{ preset, provider: 'prom', slow, margin: 0.01 }]
    const [errors, slower] = expandMetrics({ metrics })
    expect([errors, slower].map(metric => [metric!.provider, metric!.config.critical])).toEqual([
      ['prom', true],
      ['prom', true],
    ])
    return { errors: errors!.expressions, slow: slower!.expressions }
  }
  expect(queriesOf('spring-boot', 1_000)).toEqual({
    errors: {
      bad: 'sum(increase(http_server_requests_seconds_count{outcome="SERVER_ERROR",${{ selector }}}[${{ window }}])) or vector(0)',
      total: 'sum(increase(http_server_requests_seconds_count{${{ selector }}}[${{ window }}]))',
    },
    slow: {
      bad: 'clamp_min(sum(increase(http_server_requests_seconds_count{${{ selector }}}[${{ window }}])) - sum(increase(http_server_requests_seconds_bucket{le=~"1([.]0)?",${{ selector }}}[${{ window }}])), 0)',
      total: 'sum(increase(http_server_requests_seconds_count{${{ selector }}}[${{ window }}]))',
    },
  })
  expect(queriesOf('spring-boot', 250).slow.bad).toContain('le=~"0[.]25"')
  expect(queriesOf('istio', 250).slow.bad).toContain('reporter="destination",le=~"250([.]0)?"')
})
