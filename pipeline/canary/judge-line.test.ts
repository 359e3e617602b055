import { describe, expect, it } from 'vitest'
import { judgeSequentialLine } from './judge-line.ts'
import { CaseError } from './kayenta/case-error.ts'

const seen = (b: unknown, c: unknown) => ({ baseline: { errors: b }, canary: { errors: c } })
const requests = (bad: unknown, total: unknown = 500) => ({ bad, total })
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value)
const metric = { name: 'errors', kind: 'proportion', margin: { absolute: 0.01 } }
const line = (intervals: unknown[], settings: object = {}) => ({
  id: 'case 1',
  judge: { type: 'sequential', falseAlarm: 0.02 },
  metrics: [metric],
  intervals,
  ...settings,
})

describe('a line of the sequential form', () => {
  it('that fails has the numbers of the look that decided', () => {
    const intervals = Array.from({ length: 6 }, (_, i) => seen(requests(5), requests(24 + (i % 2))))
    const answer = judgeSequentialLine(line(intervals))
    expect(Object.keys(answer)).toEqual(['id', 'verdict', 'decidedAt', 'metrics'])
    expect(answer).toMatchObject({ id: 'case 1', verdict: 'fail', decidedAt: 3 })
    expect(Object.keys(answer.metrics[0]!)).toEqual([
      'name',
      'verdict',
      'evidence',
      'estimate',
      'lower',
      'upper',
      'reason',
    ])
    expect(answer.metrics[0]!.evidence).toBeCloseTo(58.58, 2)
  })

  it('that passes has the numbers of the look that decided', () => {
    const passed = judgeSequentialLine(line(times(30, seen(requests(5), requests(5)))))
    expect(passed).toMatchObject({ verdict: 'pass', decidedAt: 6 })
    expect(passed.metrics[0]!.evidence).toBeCloseTo(87.6835706, 5)
  })

  it('that decides nothing has those of the last look', () => {
    expect(judgeSequentialLine(line(times(8, seen(requests(5), requests(7)))))).toMatchObject({
      verdict: 'insufficient',
      decidedAt: null,
    })
    expect(judgeSequentialLine(line([]))).toMatchObject({ verdict: 'insufficient', decidedAt: null })
    expect(judgeSequentialLine(line([], { metrics: [], id: 7 }))).toEqual({
      id: 7,
      verdict: 'insufficient',
      decidedAt: null,
      metrics: [],
    })
  })

  it('is the whole run: what could not be read is errored', () => {
    const broken = seen({ error: 'no route' }, { error: 'no route' })
    expect(judgeSequentialLine(line(times(3, broken)))).toMatchObject({ verdict: 'errored', decidedAt: null })
  })

  it('may write fractions as percentages', () => {
    const intervals = times(30, seen(requests(5), requests(5)))
    const plain = judgeSequentialLine(line(intervals))
    const judge = { type: 'sequential', falseAlarm: '2%', falsePass: '2 %' }
    for (const margin of ['1%', { absolute: '1%' }])
      expect(judgeSequentialLine(line(intervals, { judge, metrics: [{ ...metric, margin }] }))).toEqual(plain)
  })

  it('takes a bare percentage as relative where there is no share', () => {
    const intervals = times(30, {
      baseline: { n: { events: 5 } },
      canary: { n: { events: 5 } },
      exposure: { baseline: 1, canary: 1 },
    })
    const of = (margin: unknown) =>
      judgeSequentialLine(line(intervals, { metrics: [{ name: 'n', kind: 'count', margin }] }))
    expect(of('50%')).toEqual(of({ relative: 0.5 }))
    expect(of('50%').verdict).toBe('pass')
  })

  it('may put one boundary under both verdicts', () => {
    const intervals = times(30, seen(requests(5), requests(12)))
    const of = (failAbove: unknown) =>
      judgeSequentialLine(line(intervals, { metrics: [{ ...metric, failAbove }] })).verdict
    expect(of(0)).toBe('fail')
    expect(of('margin')).toBe('insufficient')
    expect(of({ absolute: '1%' })).toBe('insufficient')
  })

  it('has ways to write what JSON has no number for, none of which is a pass', () => {
    for (const none of ['NaN', 'Infinity', '-Infinity', null])
      expect(judgeSequentialLine(line(times(30, seen(requests(5), requests(none))))).verdict).toBe('insufficient')
    expect(judgeSequentialLine(line(times(30, seen(requests(5), null)))).verdict).toBe('insufficient')
    expect(judgeSequentialLine(line(times(30, { baseline: {}, canary: {} }))).verdict).toBe('insufficient')
  })

  it('takes every kind and setting', () => {
    const metrics = [
      {
        name: 'a',
        kind: 'count',
        direction: 'either',
        margin: { relative: 0.5 },
        critical: true,
        weight: 2,
        dispersion: 'strict',
      },
      {
        name: 'b',
        kind: 'histogram',
        bounds: [1, 2],
        threshold: 2,
        margin: '5%',
        group: 'g',
        block: 2,
        minIntervals: 3,
      },
      { name: 'c', kind: 'series', direction: 'decrease', muted: true, dispersion: 1.5 },
    ]
    const side = { a: { events: 3 }, b: { counts: [1, 2, 3] }, c: { value: -1.5 } }
    const intervals = times(4, { baseline: side, canary: side, exposure: { baseline: 1, canary: 2 } })
    const judge = { type: 'sequential', falseAlarm: 0.01, groupWeights: { g: 2 } }
    expect(judgeSequentialLine(line(intervals, { judge, metrics })).metrics.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})

describe('a line that is no case', () => {
  const refusal = (json: unknown): { message: string; pointer: string } => {
    try {
      judgeSequentialLine(json)
    } catch (error) {
      if (error instanceof CaseError) return { message: error.message, pointer: error.pointer }
      throw error
    }
    throw new Error('it was accepted')
  }
  const metricWith = (settings: object) => line([], { metrics: [{ ...metric, ...settings }] })

  it.each([
    ['no object', 5, ''],
    ['an unknown key', line([], { typo: 1 }), ''],
    ['no id', { ...line([]), id: undefined }, '/id'],
    ['another judge', line([], { judge: { type: 'coin' } }), '/judge/type'],
    ['no chance of error', line([], { judge: { type: 'sequential' } }), '/judge/falseAlarm'],
    ['a chance that is none', line([], { judge: { type: 'sequential', falseAlarm: 0 } }), '/judge/falseAlarm'],
    ['a chance in words', line([], { judge: { type: 'sequential', falseAlarm: 'low' } }), '/judge/falseAlarm'],
    ['an unknown kind', metricWith({ kind: 'gauge' }), '/metrics/0/kind'],
    ['an unknown setting', metricWith({ margins: 1 }), '/metrics/0'],
    ['a bare number as margin', metricWith({ margin: 0.01 }), '/metrics/0/margin'],
    ['half a margin', metricWith({ margin: { abs: 1 } }), '/metrics/0/margin'],
    ['a margin of nothing', metricWith({ margin: { absolute: 0 } }), '/metrics/0/margin'],
    ['a margin of everything', metricWith({ margin: { absolute: 1 } }), '/metrics/0/margin/absolute'],
    [
      'a threshold between the bounds',
      metricWith({ kind: 'histogram', bounds: [1, 2], threshold: 1.5 }),
      '/metrics/0/threshold',
    ],
    ['two metrics of a name', line([], { metrics: [metric, metric] }), '/metrics/1/name'],
    ['an observation of words', line([seen(requests('many'), null)]), '/intervals/0/baseline/errors/bad'],
    ['an observation of another shape', line([seen(null, { good: 1 })]), '/intervals/0/canary/errors'],
    ['an unknown name', line([{ baseline: { 'a/b~c': null }, canary: {} }]), '/intervals/0/baseline/a~1b~0c'],
    [
      'a count without exposure',
      line([seen({ events: 1 }, null)], { metrics: [{ name: 'errors', kind: 'count' }] }),
      '/intervals/0',
    ],
    ['an interval without a side', line([{ baseline: {} }]), '/intervals/0/canary'],
  ])('for %s is refused with a pointer', (_, json, pointer) => {
    const { message, pointer: actual } = refusal(json)
    expect(actual).toBe(pointer)
    expect(message).not.toBe('')
  })

  it('is told what is known', () => {
    expect(refusal(line([{ baseline: { typo: null }, canary: {} }])).message).toBe(
      'there is no metric of that name; known are errors',
    )
    expect(refusal(line([seen({ events: 1 }, null)], { metrics: [{ name: 'errors', kind: 'count' }] })).message).toBe(
      'lacks the exposure, which the count errors needs',
    )
  })
})
