import { describe, expect, it } from 'vitest'
import { inWords, number, oneIn, percent, share } from './wording.ts'

describe('numbers for people', () => {
  it('have two figures as percentages, and one decimal from ten per cent on', () => {
    expect([0, 0.0004912, 0.01, 0.0491, 0.1, 0.2449, 1].map(percent)).toEqual([
      '0 %',
      '0.049 %',
      '1.0 %',
      '4.9 %',
      '10 %',
      '24.5 %',
      '100 %',
    ])
    expect(percent(1e-12)).toBe('1e-10 %')
  })

  it('are in full where they were chosen', () => {
    expect([0.98, 1 - 0.02 / 3, 0.5].map(share)).toEqual(['98 %', '99.33 %', '50 %'])
  })

  it('have three figures elsewhere', () => {
    expect([1.0123, 1234.5, 0.000123456, -2.5, 0].map(number)).toEqual(['1.01', '1,230', '0.000123', '-2.5', '0'])
    expect(number(1.234e20)).toBe('123000000000000000000')
  })

  it('are rounded down where they are a promise', () => {
    const promised = [2, 49.9, 50, 58.6, 199, 200, 7995, 1e6, 1e300]
    expect(promised.map(oneIn).map(text => text.replace('fewer than 1 canary in ', ''))).toEqual([
      '2',
      '20',
      '50',
      '50',
      '100',
      '200',
      '5,000',
      '1,000,000',
      '1,000,000',
    ])
  })
})

describe('a range in words', () => {
  const words = { more: 'worse', less: 'better' }
  const say = (lower: number | null, upper: number | null, unit: 'points' | 'plain' = 'points') =>
    inWords({ estimate: 0, lower, upper }, words, unit)

  it('says both ends, and which side of zero they are on', () => {
    expect(say(0.0236, 0.0555)).toBe('between 2.4 and 5.5 points worse')
    expect(say(-0.003, 0.014)).toBe('between 0.30 points better and 1.4 points worse')
    expect(say(-0.02, -0.01)).toBe('between 1.0 and 2.0 points better')
    expect(say(0, 0.01)).toBe('between 0 and 1.0 points worse')
    expect(say(-0.01, 0)).toBe('between 1.0 points better and 0 points worse')
    expect(say(-1.5, 3, 'plain')).toBe('between 1.5 better and 3 worse')
  })

  it('says one end when the other is open, and nothing when both are', () => {
    expect(say(0.01, null)).toBe('at least 1.0 points worse')
    expect(say(-0.01, null)).toBe('at most 1.0 points better')
    expect(say(null, 0.01)).toBe('at most 1.0 points worse')
    expect(say(null, -0.01)).toBe('at least 1.0 points better')
    expect(say(null, null)).toBeNull()
  })
})
