import { describe, expect, it } from 'vitest'
import type { Interval, MetricConfig, Observation } from '../judge.ts'
import { emptyRecord, isCanaryPresent, type Reading, readEvents, readValue, record } from './data-rules.ts'

const proportion: MetricConfig = { name: 'm', kind: 'proportion' }
const count: MetricConfig = { name: 'm', kind: 'count' }
const series: MetricConfig = { name: 'm', kind: 'series' }
const histogram: MetricConfig = { name: 'm', kind: 'histogram', bounds: [1, 2] }
const slow: MetricConfig = { ...histogram, threshold: 2 }

const seen = (canary: Observation, exposure?: Interval['exposure']): Interval => ({
  baseline: {},
  canary: { m: canary },
  ...(exposure && { exposure }),
})
const events = (metric: MetricConfig, observation: Observation, exposure?: Interval['exposure']) =>
  readEvents(metric, seen(observation, exposure), 'canary')
const ok = (all: number[], exposure: number) => ({ state: 'ok', value: { events: all, exposure } })
const missing = { state: 'missing' }
const each = { baseline: 10, canary: 20 }

describe('a proportion', () => {
  it('is bad events of a total', () => expect(events(proportion, { bad: 2, total: 50 })).toEqual(ok([2], 50)))

  it('is rounded, because fractions were extrapolated', () =>
    expect(events(proportion, { bad: 1.6, total: 50.4 })).toEqual(ok([2], 50)))

  it('may be none of none, and all of all', () => {
    expect(events(proportion, { bad: 0, total: 0 })).toEqual(ok([0], 0))
    expect(events(proportion, { bad: 7, total: 7 })).toEqual(ok([7], 7))
    const most = Number.MAX_SAFE_INTEGER
    expect(events(proportion, { bad: 0, total: most })).toEqual(ok([0], most))
  })

  it.each([
    [Number.NaN, 5],
    [1, Number.NaN],
    [-1, 5],
    [0, -5],
    [6, 5],
    [1, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, 5],
    [0, 1e300],
  ])('is missing when %d of %d are bad', (bad, total) => expect(events(proportion, { bad, total })).toEqual(missing))
})

describe('a count', () => {
  it('comes with the exposure of its side', () => expect(events(count, { events: 3 }, each)).toEqual(ok([3], 20)))

  it('cannot be read without exposure', () =>
    expect(events(count, { events: 3 })).toEqual({
      state: 'error',
      message: 'a count needs the exposure of both sides',
    }))

  it('is missing when it or its exposure is no amount, or events come from no exposure', () => {
    for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(events(count, { events: bad }, each)).toEqual(missing)
      expect(events(count, { events: 1 }, { baseline: 1, canary: bad })).toEqual(missing)
    }
    expect(events(count, { events: 1 }, { baseline: 1, canary: 0 })).toEqual(missing)
    expect(events(count, { events: 0 }, { baseline: 1, canary: 0 })).toEqual(ok([0], 0))
  })

  it('keeps fractions of exposure', () =>
    expect(events(count, { events: 2.5 }, { baseline: 1, canary: 0.25 })).toEqual(ok([3], 0.25)))
})

describe('a histogram', () => {
  it('with a threshold is the share above it', () => expect(events(slow, { counts: [5, 3, 2] })).toEqual(ok([2], 10)))

  it('without one is the share above each bound', () =>
    expect(events(histogram, { counts: [5, 3, 2] })).toEqual(ok([5, 2], 10)))

  it('cannot be read when the buckets are not those of the bounds', () => {
    expect(events(histogram, { counts: [5, 3] })).toEqual({
      state: 'error',
      message: '2 buckets where 3 were expected',
    })
    expect(events(histogram, { counts: [5, 3, 2, 1] })).toMatchObject({ state: 'error' })
  })

  it('is missing when a bucket is no count', () => {
    for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(events(histogram, { counts: [5, bad, 2] })).toEqual(missing)
  })
})

describe('a series', () => {
  const value = (observation: Observation) => readValue(series, seen(observation), 'canary')

  it('may have any finite value', () => {
    for (const finite of [0, -3.5, 1e-9, 1e150, -1e150])
      expect(value({ value: finite })).toEqual({ state: 'ok', value: finite })
  })

  it('is missing where it is not finite, or next to it', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.01e150, -1.01e150])
      expect(value({ value: bad })).toEqual(missing)
  })
})

describe('any metric', () => {
  const read = (metric: MetricConfig, interval: Interval): Reading<unknown> =>
    metric.kind === 'series' ? readValue(metric, interval, 'canary') : readEvents(metric, interval, 'canary')

  for (const metric of [proportion, count, series, histogram]) {
    it(`is missing as a ${metric.kind} when there is nothing`, () => {
      expect(read(metric, seen(null))).toEqual(missing)
      expect(read(metric, { baseline: {}, canary: {} })).toEqual(missing)
    })

    it(`cannot be read as a ${metric.kind} when the provider could not, or when it is something else`, () => {
      expect(read(metric, seen({ error: 'no route' }))).toEqual({ state: 'error', message: 'no route' })
      const strange: Observation = metric.kind === 'series' ? { events: 1 } : { value: 1 }
      const keys = metric.kind === 'series' ? 'events' : 'value'
      expect(read(metric, seen(strange))).toEqual({
        state: 'error',
        message: `{ ${keys} } is not what a ${metric.kind} is made of`,
      })
    })
  }
})

describe('the record of the data', () => {
  const good: Reading<number> = { state: 'ok', value: 1 }
  const none: Reading<number> = { state: 'missing' }
  const broken: Reading<number> = { state: 'error', message: 'no route' }

  it('knows of the latest interval whether it could be read, and of all whether one could not', () => {
    const data = emptyRecord()
    record(data, good, good)
    expect(data).toMatchObject({ intervals: 1, unreadable: null, everUnreadable: false })
    record(data, broken, good)
    expect(data).toMatchObject({ intervals: 2, unreadable: 'no route', everUnreadable: true })
    record(data, good, broken)
    expect(data).toMatchObject({ unreadable: 'no route', everUnreadable: true })
    record(data, good, none)
    expect(data).toMatchObject({ intervals: 4, unreadable: null, everUnreadable: true })
  })

  it('takes a canary as absent that is silent in more than a tenth of the intervals with a baseline', () => {
    const data = emptyRecord()
    expect(isCanaryPresent(data)).toBe(true)
    for (let i = 0; i < 9; i++) record(data, good, good)
    record(data, good, none)
    expect(data).toMatchObject({ baselineSeen: 10, canaryAbsent: 1 })
    expect(isCanaryPresent(data)).toBe(true)
    record(data, none, none)
    record(data, none, good)
    expect(data).toMatchObject({ baselineSeen: 10, canaryAbsent: 1 })
    record(data, good, broken)
    expect(data).toMatchObject({ baselineSeen: 11, canaryAbsent: 2 })
    expect(isCanaryPresent(data)).toBe(false)
  })
})
