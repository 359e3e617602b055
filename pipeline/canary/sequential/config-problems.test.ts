import { describe, expect, it } from 'vitest'
import type { MetricConfig } from '../judge.ts'
import { judgeProblems, metricProblems, nameProblems } from './config-problems.ts'

const paths = (settings: Partial<MetricConfig>) =>
  metricProblems({ name: 'm', kind: 'proportion', ...settings }).map(({ path }) => path.join('.'))

describe('the settings of the judge', () => {
  const problems = (settings: object) =>
    judgeProblems({ type: 'sequential', falseAlarm: 0.01, ...settings }).map(({ path }) => path.join('.'))

  it('have a meaning with chances above zero and up to a half', () => {
    expect(problems({})).toEqual([])
    expect(problems({ falseAlarm: 0.5, falsePass: 0.001, groupWeights: { a: 1 } })).toEqual([])
  })

  it('have none with other chances or weights', () => {
    for (const chance of [0, -0.1, 0.51, 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(problems({ falseAlarm: chance })).toEqual(['falseAlarm'])
      expect(problems({ falsePass: chance })).toEqual(['falsePass'])
    }
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(problems({ groupWeights: { a: 1, b: weight } })).toEqual(['groupWeights.b'])
  })
})

describe('a margin', () => {
  it('may be left out, relative, or absolute', () => {
    expect(paths({})).toEqual([])
    expect(paths({ margin: { relative: 2 } })).toEqual([])
    expect(paths({ margin: { absolute: 0.99 } })).toEqual([])
    expect(paths({ kind: 'count', margin: { absolute: 40 } })).toEqual([])
  })

  it('must be above zero, and below all of a share', () => {
    for (const amount of [0, -0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(paths({ kind: 'series', margin: { relative: amount } })).toEqual(['margin'])
      expect(paths({ kind: 'count', margin: { absolute: amount } })).toEqual(['margin'])
    }
    expect(paths({ margin: { absolute: 1 } })).toEqual(['margin.absolute'])
    expect(paths({ kind: 'histogram', bounds: [1], margin: { absolute: 1 } })).toEqual(['margin.absolute'])
    expect(paths({ margin: { relative: 1 } })).toEqual([])
  })

  it('must not be below what may fail, and of its form', () => {
    expect(paths({ margin: { absolute: 0.1 }, failAbove: { absolute: 0.1 } })).toEqual([])
    expect(paths({ margin: { absolute: 0.1 }, failAbove: { absolute: 0.2 } })).toEqual(['failAbove'])
    expect(paths({ margin: { absolute: 0.1 }, failAbove: { relative: 0.05 } })).toEqual(['failAbove'])
    expect(paths({ margin: { absolute: 0.1 }, failAbove: { relative: 0 } })).toEqual([])
    expect(paths({ failAbove: { relative: 0.5 } })).toEqual([])
    for (const amount of [-0.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(paths({ failAbove: { relative: amount } })).toEqual(['failAbove'])
  })
})

describe('a histogram', () => {
  it('needs ascending bounds, and a threshold among them', () => {
    expect(paths({ kind: 'histogram', bounds: [0.1, 0.3] })).toEqual([])
    expect(paths({ kind: 'histogram', bounds: [0.1, 0.3], threshold: 0.3 })).toEqual([])
    expect(paths({ kind: 'histogram' })).toEqual(['bounds'])
    expect(paths({ kind: 'histogram', bounds: [] })).toEqual(['bounds'])
    for (const bounds of [
      [0.3, 0.1],
      [0.1, 0.1],
      [0.1, Number.NaN],
      [0.1, Number.POSITIVE_INFINITY],
    ])
      expect(paths({ kind: 'histogram', bounds })).toEqual(['bounds'])
    expect(paths({ kind: 'histogram', bounds: [0.1, 0.3], threshold: 0.2 })).toEqual(['threshold'])
  })

  it('alone has bounds and a threshold', () => {
    expect(paths({ bounds: [1] })).toEqual(['bounds'])
    expect(paths({ threshold: 1 })).toEqual(['threshold'])
  })
})

describe('other numbers', () => {
  it('must be what they stand for', () => {
    expect(paths({ dispersion: 1, block: 1, minIntervals: 1, weight: 0.1 })).toEqual([])
    for (const dispersion of [0.9, Number.NaN, Number.POSITIVE_INFINITY])
      expect(paths({ dispersion })).toEqual(['dispersion'])
    for (const n of [0, 1.5, -1, Number.NaN]) {
      expect(paths({ block: n })).toEqual(['block'])
      expect(paths({ minIntervals: n })).toEqual(['minIntervals'])
    }
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(paths({ weight })).toEqual(['weight'])
  })
})

describe('names', () => {
  it('must differ, as evidence is found by name', () => {
    expect(
      nameProblems([
        { name: 'a', kind: 'count' },
        { name: 'b', kind: 'count' },
      ]),
    ).toEqual([])
    const twice = nameProblems([
      { name: 'a', kind: 'count' },
      { name: 'b', kind: 'count' },
      { name: 'a', kind: 'series' },
    ])
    expect(twice).toEqual([{ path: [2, 'name'], message: 'two metrics are called a' }])
  })
})
