import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockLength, lagOneCorrelation, logBlockE, logSeriesE } from './series-test.ts'
import { relativeError } from './testing.ts'

const wave = (frequency: number, shift: number) => Array.from({ length: 60 }, (_, t) => Math.sin(frequency * t) + shift)

describe('the t-test on block means', () => {
  it.each([
    [5, 5, 5, 71.8522302],
    [10, 10, 19, 15.5298006],
    [12, 6, 14, 1.9658778],
    [6, -3, 8, 0.207768426],
    [8, 0, 7, 1 / 3],
  ])('of %d blocks with sum %d and squares %d is known', (k, sum, squares, expected) =>
    expect(relativeError(Math.exp(logBlockE(k, sum, squares)), expected)).toBeLessThan(1e-6),
  )

  it('knows nothing from zeros', () => expect(logBlockE(6, 0, 0)).toBe(0))

  it('cannot decide early: five blocks for 2 %, six for 0.4 %, seven for 0.1 %', () => {
    const best = (k: number) => Math.exp(logBlockE(k, k, k))
    expect(best(4)).toBeLessThan(50)
    expect(best(5)).toBeGreaterThan(50)
    expect(best(5)).toBeLessThan(250)
    expect(best(6)).toBeGreaterThan(250)
    expect(best(6)).toBeLessThan(1_000)
    expect(best(7)).toBeGreaterThan(1_000)
  })
})

describe('the test of a series', () => {
  it('of quickly changing points is known', () => {
    const d = wave(1.7, 0.5)
    expect(lagOneCorrelation(d)).toBe(0)
    expect(relativeError(Math.exp(logSeriesE(d)), 29650.1141)).toBeLessThan(1e-6)
    expect(relativeError(Math.exp(logSeriesE(d, 1)), 42202.5916)).toBeLessThan(1e-6)
  })

  it('of slowly changing points is known, and far weaker than without blocks', () => {
    const d = wave(0.5, 0.8)
    const phi = lagOneCorrelation(d)
    expect(relativeError(phi, 0.92004547)).toBeLessThan(1e-6)
    expect(blockLength(phi)).toBe(26)
    expect(relativeError(Math.exp(logSeriesE(d)), 3.14535376)).toBeLessThan(1e-6)
    expect(relativeError(Math.exp(logSeriesE(d, 1)), 4.06722814e10)).toBeLessThan(1e-6)
  })

  it('says nothing with fewer than two blocks', () => {
    expect(logSeriesE([])).toBe(0)
    expect(logSeriesE([1, 2, 1, 2, 1, 2, 1, 2, 1])).toBe(0)
    expect(logSeriesE([1, -1, 1, -1, 1, -1, 1, -1, 1, -1])).not.toBe(0)
    expect(logSeriesE([1, 2], 2)).toBe(0)
    expect(logSeriesE([1, 2, 3, 4], 2)).not.toBe(0)
  })

  it('leaves out a rest that fills no block', () => {
    const d = wave(1.7, 0.5)
    expect(logSeriesE([...d, 100, -100, 7], 5)).toBeCloseTo(logSeriesE(d, 5), 12)
  })

  it('does not depend on the unit, not even where squares overflow', () => {
    const d = wave(1.7, 0.5)
    for (const unit of [1e-300, 1e-6, 1e6, 1e300])
      expect(logSeriesE(d.map(value => value * unit))).toBeCloseTo(logSeriesE(d), 9)
  })

  it('grows with the shift and is below one without it', () => {
    const at = (shift: number) => logSeriesE(wave(1.7, shift))
    expect(at(0)).toBeLessThan(0)
    expect(at(0.2)).toBeGreaterThan(at(0))
    expect(at(0.6)).toBeGreaterThan(at(0.4))
    expect(at(-0.5)).toBeLessThan(at(0))
  })
})

describe('the lag-1 correlation', () => {
  it('is zero of nothing and of a constant', () => {
    expect(lagOneCorrelation([])).toBe(0)
    expect(lagOneCorrelation([0.1, 0.1, 0.1])).toBe(0)
  })

  it('stays between 0 and 0.97', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 50 }), d => {
        const phi = lagOneCorrelation(d)
        expect(phi).toBeGreaterThanOrEqual(0)
        expect(phi).toBeLessThanOrEqual(0.97)
      }),
    )
    expect(lagOneCorrelation(Array.from({ length: 1_000 }, (_, t) => t))).toBe(0.97)
    expect(lagOneCorrelation([1, -1, 1, -1, 1, -1])).toBe(0)
  })
})

describe('the block length', () => {
  it.each([
    [0, 5],
    [0.6, 5],
    [0.61, 6],
    [0.8, 10],
    [0.9, 20],
    [0.97, 67],
  ])('at a correlation of %d is %d', (phi, expected) => expect(blockLength(phi)).toBe(expected))
})
