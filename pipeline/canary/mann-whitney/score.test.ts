import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RankLabel } from './classify.ts'
import { type Scored, score } from './score.ts'

const thresholds = { pass: 95, marginal: 75 }
const none: ReadonlyMap<string, number> = new Map()

function scored(label: RankLabel, groups: readonly string[] = ['g'], more: Partial<Scored> = {}): Scored {
  return { label, reason: `because of ${label}`, critical: false, groups, ...more }
}

describe('group scores', () => {
  it('are the share that passes of High, Low, Pass and required data', () => {
    const results = [scored('Pass'), scored('High'), scored('Low'), scored('NodataFailMetric')]
    expect(score(results, none, thresholds).groups).toEqual([{ name: 'g', score: 25, noData: false }])
  })

  it('leave Nodata and Error out; a group of nothing else shows 0 but counts as 100', () => {
    expect(score([scored('Pass'), scored('Nodata'), scored('Error')], none, thresholds).groups[0]!.score).toBe(100)
    const errors = score([scored('Error')], none, thresholds)
    expect(errors).toMatchObject({ score: 100, classification: 'Pass', groups: [{ score: 0, noData: true }] })
  })

  it('count a metric once for each time it lists the group, and in no group when it lists none', () => {
    const results = [scored('Pass', ['a', 'a']), scored('High', ['a']), scored('High', [])]
    expect(score(results, none, thresholds).groups).toEqual([{ name: 'a', score: (2 / 3) * 100, noData: false }])
  })
})

describe('critical failures', () => {
  it('give 0 and the reason of the first, also when the label is Nodata', () => {
    const results = [
      scored('Pass', ['g'], { critical: true }),
      scored('Nodata', ['g'], { critical: true, reason: 'Missing data for a' }),
      scored('High', ['g'], { critical: true }),
    ]
    const { score: total, classification, reason } = score(results, none, { pass: 1, marginal: 0 })
    expect({ total, classification, reason }).toEqual({
      total: 0,
      classification: 'Marginal',
      reason: 'Canary Failed: Missing data for a',
    })
  })

  it('are none when the critical metric passes', () => {
    expect(score([scored('Pass', ['g'], { critical: true })], none, thresholds).reason).toBe('')
  })
})

describe('half without data', () => {
  const reason = 'Canary Failed: 50% or more metrics returned NODATA'

  it('gives 0 from one half on, whatever the groups', () => {
    expect(score([scored('Nodata', []), scored('Pass')], none, thresholds)).toMatchObject({ score: 0, reason })
    expect(score([scored('Nodata'), scored('Pass'), scored('Pass')], none, thresholds)).toMatchObject({ score: 100 })
  })

  it('does not count missing required data', () => {
    expect(score([scored('NodataFailMetric')], none, thresholds).reason).toBe('')
  })

  it('comes after a critical failure', () => {
    const results = [scored('Nodata', ['g'], { critical: true, reason: 'Missing data for a' })]
    expect(score(results, none, thresholds).reason).toBe('Canary Failed: Missing data for a')
  })
})

describe('the weighted sum', () => {
  const half = [scored('Pass', ['a']), scored('High', ['b'])]

  it.each([
    { weights: { a: 60, b: 40 }, total: 60 },
    { weights: { a: 60 }, total: 60 },
    { weights: {}, total: 50 },
    { weights: { a: 60, absent: 40 }, total: 60 },
    { weights: { b: 30, absent: 50 }, total: 20 },
    { weights: { b: 150 }, total: -50 },
    { weights: { a: 200, b: 0 }, total: 200 },
  ])('of $weights is $total', ({ weights, total }) => {
    expect(score(half, new Map(Object.entries(weights)), thresholds).score).toBe(total)
  })

  it('is rounded half up to cents', () => {
    const weights = new Map([
      ['a', 33.335],
      ['b', 66.665],
    ])
    expect(score(half, weights, thresholds).score).toBe(33.34)
  })

  it('is 0 without groups', () => {
    expect(score([], none, thresholds)).toMatchObject({ score: 0, classification: 'Fail', reason: '', groups: [] })
  })
})

describe('the classification', () => {
  it.each([
    { pass: 50, marginal: 25, expected: 'Pass' },
    { pass: 50.01, marginal: 50, expected: 'Marginal' },
    { pass: 95, marginal: 50.01, expected: 'Fail' },
    { pass: 20, marginal: 90, expected: 'Pass' },
    { pass: Number.NaN, marginal: 10, expected: 'Marginal' },
    { pass: Number.NaN, marginal: Number.NaN, expected: 'Fail' },
  ])('of 50 with pass $pass and marginal $marginal is $expected', ({ pass, marginal, expected }) => {
    expect(score([scored('Pass'), scored('Low')], none, { pass, marginal }).classification).toBe(expected)
  })

  it('of a score that is not a number is Fail', () => {
    const weights = new Map([['g', Number.NaN]])
    expect(score([scored('Pass')], weights, { pass: 0, marginal: 0 })).toMatchObject({ classification: 'Fail' })
  })
})

describe('making a counted metric worse', () => {
  it('never raises the score of an unweighted canary', () => {
    const label = fc.constantFrom<RankLabel>('Pass', 'High', 'Low', 'NodataFailMetric')
    const result = fc
      .record({ label, groups: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }) })
      .map(({ label, groups }) => scored(label, groups))
    fc.assert(
      fc.property(fc.array(result, { minLength: 1, maxLength: 8 }), fc.nat(), (results, at) => {
        const worse = results.with(at % results.length, { ...results[at % results.length]!, label: 'High' })
        expect(score(worse, none, thresholds).score).toBeLessThanOrEqual(score(results, none, thresholds).score)
      }),
    )
  })
})
