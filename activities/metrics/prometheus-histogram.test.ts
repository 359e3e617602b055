import { describe, expect, test } from 'vitest'
import type { Element } from './prometheus.ts'
import { histogramCounts } from './prometheus-histogram.ts'

/** As documented in "HTTP API: Native histograms": bucket boundary rule, lower, upper, count. */
function native(...buckets: [number, string, string, string][]): Element[] {
  return [{ metric: {}, histogram: [1_435_781_451.781, { count: '60', sum: '33588', buckets }] }]
}

const bucket = (le: string, count: string): Element => ({ metric: { le }, value: [1, count] })

describe('a native histogram', () => {
  test('is counted at the bounds of the metric, overflow last', () => {
    const elements = native([1, '0', '0.25', '10'], [0, '0.25', '0.5', '20'], [0, '0.5', '1', '30'])
    expect(histogramCounts('x', elements, [0.25, 0.5])).toEqual([10, 20, 30])
    expect(histogramCounts('x', elements, [2])).toEqual([60, 0])
  })

  test('is split in proportion where a bound cuts a bucket', () => {
    expect(histogramCounts('x', native([0, '0.5', '1', '40']), [0.6])![0]).toBeCloseTo(8, 9)
    expect(histogramCounts('x', native([3, '-0.1', '0.1', '40']), [0])).toEqual([20, 20])
  })

  test('without anything in it is zero, not nothing', () => {
    expect(histogramCounts('x', native(), [0.5])).toEqual([0, 0])
  })

  test('needs bounds, stands alone, and is no data when its numbers are none', () => {
    const one = native([0, '0.5', '1', '40'])
    expect(() => histogramCounts('x', one, undefined)).toThrow('needs the metric')
    expect(() => histogramCounts('x', [...one, ...one], [1])).toThrow('gives 2 histograms')
    expect(histogramCounts('x', native([0, '0.5', '1', 'NaN']), [1])).toBeNull()
  })
})

describe('classic buckets', () => {
  const buckets = [bucket('+Inf', '9'), bucket('0.1', '4'), bucket('0.5', '7')]

  test('become counts per bucket, in order', () => expect(histogramCounts('x', buckets, undefined)).toEqual([4, 3, 2]))

  test('are added up to the bounds that are asked for, which must exist', () => {
    expect(histogramCounts('x', buckets, [0.5])).toEqual([7, 2])
    expect(() => histogramCounts('x', buckets, [0.2])).toThrow('x has no bucket le="0.2"; it has 0.1, 0.5')
  })

  test('are no data when there are none, or none that is a number', () => {
    expect(histogramCounts('x', [], [1])).toBeNull()
    expect(histogramCounts('x', [bucket('+Inf', 'NaN')], undefined)).toBeNull()
  })

  test('come by le alone', () => {
    expect(() => histogramCounts('x', [{ metric: { le: '1', pod: 'a' }, value: [1, '1'] }], undefined)).toThrow(
      'by le alone',
    )
    expect(() => histogramCounts('x', [bucket('0.1', '4')], undefined)).toThrow('no bucket le="+Inf"')
  })
})
