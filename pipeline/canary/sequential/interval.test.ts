import { describe, expect, it } from 'vitest'
import type { Arms } from './arms.ts'
import { differenceLimits, type Pair, rateDifference, ratioLimits, seriesLimits } from './interval.ts'
import { relativeError, repeat } from './testing.ts'

const levels = { harm: Math.log(50), safe: Math.log(50) }
const shares = { kind: 'proportion', phi: 1, levels } as const
const counts = { kind: 'count', phi: 1, levels } as const

function expectNear(actual: number | null, expected: number): void {
  expect(actual).not.toBeNull()
  expect(relativeError(actual!, expected)).toBeLessThan(1e-5)
}

describe('limits of the rate ratio', () => {
  it('at 2 % are known', () => {
    const more = ratioLimits(repeat(30, { b: 1, c: 2 }), 1, levels)
    expectNear(more.lower, 1.01219)
    expectNear(more.upper, 4.44146)
    expect(more.estimate).toBeCloseTo(2, 9)
    const equal = ratioLimits(repeat(20, { b: 5, c: 5 }), 1, levels)
    expectNear(equal.lower, 0.634608)
    expectNear(equal.upper, 1.51904)
  })

  it('are wider when events cluster, and when a smaller error is asked for', () => {
    const all = repeat(30, { b: 10, c: 20 })
    const narrow = ratioLimits(all, 1, levels)
    for (const wide of [
      ratioLimits(all, 3, levels),
      ratioLimits(all, 1, { harm: Math.log(1_000), safe: Math.log(1_000) }),
    ]) {
      expect(wide.lower!).toBeLessThan(narrow.lower!)
      expect(wide.upper!).toBeGreaterThan(narrow.upper!)
    }
    const uneven = ratioLimits(all, 1, { harm: Math.log(1_000), safe: Math.log(50) })
    expect(uneven.lower!).toBeLessThan(narrow.lower!)
    expect(uneven.upper).toBe(narrow.upper)
  })

  it('are open on the side without events', () => {
    const none = { estimate: null, lower: null, upper: null }
    expect(ratioLimits(repeat(9, {}), 1, levels)).toEqual(none)
    expect(ratioLimits([], 1, levels)).toEqual(none)
    const onlyCanary = ratioLimits(repeat(30, { c: 3 }), 1, levels)
    expect(onlyCanary.estimate).toBeNull()
    expect(onlyCanary.lower!).toBeGreaterThan(5)
    expect(onlyCanary.upper).toBeNull()
    const onlyBaseline = ratioLimits(repeat(30, { b: 3 }), 1, levels)
    expect(onlyBaseline.estimate).toBe(0)
    expect(onlyBaseline.lower).toBe(0)
    expect(onlyBaseline.upper!).toBeLessThan(0.2)
  })

  it('do not mind a traffic share that changes with the error rate', () => {
    const all: Arms[] = [...repeat(10, { b: 19, c: 1, u: 95, v: 5 }), ...repeat(10, { b: 150, c: 150, u: 50, v: 50 })]
    const { estimate, lower, upper } = ratioLimits(all, 1, levels)
    expect(estimate).toBeCloseTo(1, 9)
    expect(lower!).toBeLessThan(1)
    expect(upper!).toBeGreaterThan(1)
  })

  it('leave out intervals without exposure', () => {
    const all = repeat(20, { b: 5, c: 5 })
    expect(ratioLimits([...all, { b: 50, c: 0, u: 1, v: 0 }], 1, levels)).toEqual(ratioLimits(all, 1, levels))
  })
})

describe('limits of the rate difference', () => {
  const worse = Array.from({ length: 6 }, (_, i) => ({ b: 5, c: 24 + (i % 2), u: 500, v: 500 }))

  it('at 2 % are known', () => {
    const { estimate, lower, upper } = differenceLimits(worse, shares)
    expect(estimate).toBeCloseTo(0.039, 12)
    expect(lower).toBeCloseTo(0.0236, 4)
    expect(upper).toBeCloseTo(0.0555, 4)
  })

  it('contain zero, evenly, when nothing differs', () => {
    const { estimate, lower, upper } = differenceLimits(repeat(30, { b: 5, c: 5, u: 500, v: 500 }), shares)
    expect(estimate).toBe(0)
    expect(lower).toBeCloseTo(-0.00418, 5)
    expect(upper).toBeCloseTo(0.00418, 5)
  })

  it('are below zero when the canary is better', () => {
    const { lower, upper } = differenceLimits(
      worse.map(({ b, c, u, v }) => ({ b: c, c: b, u, v })),
      shares,
    )
    expect(upper!).toBeLessThan(0)
    expect(lower!).toBeLessThan(upper!)
    expect(lower!).toBeGreaterThan(-0.08)
  })

  it('exist without any event, where ratios do not', () => {
    const { lower, upper } = differenceLimits(repeat(6, { u: 500, v: 500 }), shares)
    expect(upper!).toBeGreaterThan(0)
    expect(upper!).toBeLessThan(0.01)
    expect(lower).toBeCloseTo(-upper!, 9)
  })

  it('are everything when next to nothing is known: all of a share, nothing for a count', () => {
    const little = repeat(1, { b: 0, c: 0, u: 1, v: 1 })
    expect(differenceLimits(little, shares)).toEqual({ estimate: 0, lower: -1, upper: 1 })
    expect(differenceLimits([], shares)).toEqual({ estimate: null, lower: null, upper: null })
    expect(differenceLimits(repeat(1, { c: 3, u: 1, v: 0 }), counts)).toEqual({
      estimate: null,
      lower: null,
      upper: null,
    })
  })

  it('of counts are in events per unit of exposure', () => {
    const { estimate, lower, upper } = differenceLimits(repeat(30, { b: 10, c: 20, u: 2, v: 2 }), counts)
    expect(estimate).toBeCloseTo(5, 9)
    expect(lower!).toBeGreaterThan(2.5)
    expect(lower!).toBeLessThan(5)
    expect(upper!).toBeGreaterThan(5)
    expect(upper!).toBeLessThan(7.5)
  })

  it('use the harm budget below and that of a false pass above', () => {
    const all = repeat(30, { b: 5, c: 5, u: 500, v: 500 })
    const even = differenceLimits(all, shares)
    const uneven = differenceLimits(all, { ...shares, levels: { harm: Math.log(1_000), safe: Math.log(50) } })
    expect(uneven.upper).toBe(even.upper)
    expect(uneven.lower!).toBeLessThan(even.lower!)
  })
})

describe('the rate difference', () => {
  it('weighs intervals by what they can say', () => {
    expect(rateDifference([{ b: 1, c: 2, u: 100, v: 100 }])).toBeCloseTo(0.01, 12)
    const all: Arms[] = [
      { b: 95, c: 5, u: 95, v: 5 },
      { b: 300, c: 350, u: 50, v: 50 },
    ]
    expect(rateDifference(all)).toBeCloseTo((25 * 1) / (25 + 4.75), 12)
  })
})

describe('limits of a series', () => {
  const pairs: Pair[] = Array.from({ length: 60 }, (_, t) => ({ harm: 0.3 + Math.sin(1.7 * t) / 10, reference: 2 }))

  it('are around the mean of the difference', () => {
    const { estimate, lower, upper } = seriesLimits(pairs, { relative: false, levels })
    expect(estimate).toBeCloseTo(0.3, 2)
    expect(lower!).toBeGreaterThan(0.2)
    expect(lower!).toBeLessThan(estimate!)
    expect(upper!).toBeGreaterThan(estimate!)
    expect(upper!).toBeLessThan(0.4)
  })

  it('relative to the baseline are those, divided by it', () => {
    const plain = seriesLimits(pairs, { relative: false, levels })
    const relative = seriesLimits(pairs, { relative: true, levels })
    expect(relative.estimate).toBeCloseTo(plain.estimate! / 2, 9)
    expect(relative.lower).toBeCloseTo(plain.lower! / 2, 9)
    expect(relative.upper).toBeCloseTo(plain.upper! / 2, 9)
    const negative = pairs.map(pair => ({ ...pair, reference: -pair.reference }))
    expect(seriesLimits(negative, { relative: true, levels })).toEqual(relative)
  })

  it('are wider with longer blocks', () => {
    const short = seriesLimits(pairs, { relative: false, block: 5, levels })
    const long = seriesLimits(pairs, { relative: false, block: 10, levels })
    expect(long.upper!).toBeGreaterThan(short.upper!)
  })

  it('are open while the points cannot decide', () => {
    expect(seriesLimits(pairs.slice(0, 20), { relative: false, levels })).toMatchObject({ lower: null, upper: null })
    expect(seriesLimits([], { relative: false, levels })).toEqual({ estimate: null, lower: null, upper: null })
    const nothing = pairs.map(pair => ({ ...pair, reference: 0 }))
    expect(seriesLimits(nothing, { relative: true, levels })).toEqual({ estimate: null, lower: null, upper: null })
  })

  it('of a constant are that constant', () => {
    const same = seriesLimits(repeatPair(40, { harm: 3, reference: 1 }), { relative: false, levels })
    expect(same.estimate).toBe(3)
    expect(same.lower).toBeCloseTo(3, 6)
    expect(same.upper).toBeCloseTo(3, 6)
  })
})

function repeatPair(n: number, pair: Pair): Pair[] {
  return Array.from({ length: n }, () => pair)
}
