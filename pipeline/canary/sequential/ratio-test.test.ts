import { describe, expect, it } from 'vitest'
import type { Arms } from './arms.ts'
import { effectWeights, harmless } from './effects.ts'
import { type Dispersion, type EventTest, ratioHarmTest, ratioSafeTest } from './ratio-test.ts'
import { relativeError, repeat } from './testing.ts'

/** The known answers were computed apart from this code, in Python, from the same formulas. */
function expectE(start: () => EventTest, all: readonly Arms[], expected: number): void {
  const test = start()
  for (const arms of all) test.add(arms)
  expect(relativeError(Math.exp(test.logE()), expected)).toBeLessThan(1e-6)
}

const rollout: Arms[] = [
  { b: 19, c: 3, u: 95, v: 5 },
  { b: 15, c: 9, u: 75, v: 25 },
  { b: 10, c: 20, u: 50, v: 50 },
]

describe('the weights of effects', () => {
  it('are known and add up to one', () => {
    expect(relativeError(effectWeights[0]!, 0.00250133268)).toBeLessThan(1e-6)
    expect(relativeError(effectWeights[13]!, 0.05129319)).toBeLessThan(1e-6)
    expect(relativeError(effectWeights[27]!, 0.00352996832)).toBeLessThan(1e-6)
    expect(effectWeights).toHaveLength(28)
    expect(effectWeights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12)
  })

  it('give half to an equal canary where that is none of the null', () => {
    for (const atLeast of [0.5, 1, 1.5]) {
      const alternatives = harmless(atLeast)
      expect(alternatives).toHaveLength(atLeast > 1 ? 29 : 28)
      expect(alternatives.reduce((sum, { logWeight }) => sum + Math.exp(logWeight), 0)).toBeCloseTo(1, 12)
      expect(alternatives.every(({ effect }) => effect < 0)).toBe(true)
    }
    expect(Math.exp(harmless(1.5).at(-1)!.logWeight)).toBeCloseTo(0.5, 12)
    expect(1.5 * Math.exp(harmless(1.5).at(-1)!.effect)).toBeCloseTo(1, 12)
  })
})

describe('the test of harm', () => {
  const cases: [string, Arms[], Record<'none' | 'auto' | 'strict', number>][] = [
    ['10 × (0, 1)', repeat(10, { c: 1 }), { none: 60.5555092, auto: 60.5555092, strict: 60.5555092 }],
    ['1 × (0, 10)', repeat(1, { c: 10 }), { none: 60.5555092, auto: 1.0650151, strict: 0.319504529 }],
    ['5 × (1, 4)', repeat(5, { b: 1, c: 4 }), { none: 36.8889857, auto: 28.850265, strict: 15.7932875 }],
    ['12 × (5, 8)', repeat(12, { b: 5, c: 8 }), { none: 22.3888304, auto: 21.3653473, strict: 16.4620767 }],
    ['30 × (1, 2)', repeat(30, { b: 1, c: 2 }), { none: 59.0119112, auto: 57.8311585, strict: 44.307225 }],
    ['3 × (50, 500)', repeat(3, { b: 50, c: 500 }), { none: 4.34626841e276, auto: 1052.96371, strict: 315.889114 }],
    ['20 × (5, 5)', repeat(20, { b: 5, c: 5 }), { none: 0.173218845, auto: 0.173523834, strict: 0.125537767 }],
    ['a rollout', rollout, { none: 15.1225648, auto: 11.9670886, strict: 6.64144191 }],
    [
      '5 × (3, 3) then (0, 30)',
      [...repeat(5, { b: 3, c: 3 }), ...repeat(1, { c: 30 })],
      { none: 679.721213, auto: 0.488333378, strict: 0.146500013 },
    ],
    ['9 × (0, 0)', repeat(9, {}), { none: 1, auto: 1, strict: 1 }],
  ]
  for (const [name, all, expected] of cases)
    for (const dispersion of ['none', 'auto', 'strict'] as const)
      it(`of ${name} with ${dispersion} is known`, () =>
        expectE(ratioHarmTest(1, dispersion), all, expected[dispersion]))

  it.each([
    ['5 × (1, 4)', repeat(5, { b: 1, c: 4 }), 13.8765787, 12.023595],
    ['12 × (5, 8)', repeat(12, { b: 5, c: 8 }), 1.75183246, 1.73020177],
    ['30 × (1, 2)', repeat(30, { b: 1, c: 2 }), 6.67620318, 6.59441387],
    ['a rollout', rollout, 3.65203001, 3.38851522],
  ] as const)('of %s against up to a fifth more is known', (_, all, none, auto) => {
    expectE(ratioHarmTest(1.2, 'none'), all, none)
    expectE(ratioHarmTest(1.2, 'auto'), all, auto)
  })

  it('with a measured over-dispersion of 2 is known', () =>
    expectE(ratioHarmTest(1, 2), repeat(12, { b: 5, c: 8 }), 3.7450648))

  it('fails no canary on one burst, however large: one burst is one incident', () => {
    const test = ratioHarmTest(1, 'auto')()
    test.add({ b: 0, c: 1_000_000, u: 1, v: 1 })
    expect(Math.exp(test.logE())).toBeLessThan(2)
  })

  // How many intervals (baseline, canary) take to fail at 2 %.
  it.each([
    [0, 1, 10],
    [0, 2, 7],
    [0, 20, 6],
    [5, 500, 3],
  ])('of (%d, %d) an interval decides after %d intervals', (b, c, expected) => {
    const test = ratioHarmTest(1, 'auto')()
    let intervals = 0
    while (!test.reaches(Math.log(50)) && intervals < 100) {
      test.add({ b, c, u: 1, v: 1 })
      intervals += 1
    }
    expect(intervals).toBe(expected)
  })
})

describe('the test of staying within a relative margin', () => {
  it.each([
    [1.5, '20 × (5, 5)', repeat(20, { b: 5, c: 5 }), 38.7858326, 38.1505928],
    [1.5, '22 × (5, 5)', repeat(22, { b: 5, c: 5 }), 57.7255418, 56.8155229],
    [1.5, '20 × (5, 6)', repeat(20, { b: 5, c: 6 }), 1.3719117, 1.37053731],
    [2, '10 × (5, 5)', repeat(10, { b: 5, c: 5 }), 239.41355, 217.890351],
    [2, '6 × (19, 1) at 95 to 5', repeat(6, { b: 19, c: 1, u: 95, v: 5 }), 4.37544669, 4.05619227],
  ] as const)('of %d times by %s is known', (atLeast, _, all, none, auto) => {
    expectE(ratioSafeTest(atLeast, 'none'), all, none)
    expectE(ratioSafeTest(atLeast, 'auto'), all, auto)
  })
})

describe('every form of the test', () => {
  const dispersions: Dispersion[] = ['auto', 'strict', 'none', 2]

  it('learns nothing from an interval without exposure on a side', () => {
    for (const dispersion of dispersions) {
      const test = ratioHarmTest(1, dispersion)()
      test.add({ b: 3, c: 0, u: 10, v: 0 })
      test.add({ b: 0, c: 3, u: 0, v: 10 })
      expect(test.logE()).toBeCloseTo(0, 12)
    }
  })

  it('reaches a level exactly when its evidence does', () => {
    for (const dispersion of dispersions) {
      const test = ratioHarmTest(1, dispersion)()
      for (const arms of repeat(12, { b: 2, c: 5 })) {
        test.add(arms)
        const logE = test.logE()
        expect(test.reaches(logE)).toBe(true)
        expect(test.reaches(logE - 1e-9)).toBe(true)
        expect(test.reaches(logE + 1e-9)).toBe(false)
      }
      expect(test.reaches(Number.NaN)).toBe(false)
    }
  })

  it('tells fractions and large counts apart, which have no place in the table', () => {
    const start = ratioHarmTest(1, 'none')
    const e = (b: number, c: number) => {
      const test = start()
      test.add({ b, c, u: 1, v: 1 })
      return test.logE()
    }
    expect(e(0.5, 0.5)).not.toBe(e(0, 1.5))
    expect(e(0, 2_000_001)).toBeGreaterThan(e(1, 2_000_000))
    expect(e(3, 3)).not.toBe(e(2, 4))
  })
})
