import { describe, expect, it } from 'vitest'
import { roundHalfUp } from './round-half-up.ts'

describe('roundHalfUp', () => {
  it.each([
    [33.335, 33.34],
    [33.334999, 33.33],
    [-33.335, -33.34],
    [42.29499999999997, 42.29],
    [42.295, 42.3],
    [1.005, 1.01],
    [0.005, 0.01],
    [0.0049999, 0],
    [0.999, 1],
    [99.995, 100],
    [100, 100],
    [12.5, 12.5],
    [66.66666666666666, 66.67],
    [-0.004, -0],
    [4e-7, 0],
    [1e21, 1e21],
    [123456789012345.67, 123456789012345.67],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
  ])('takes %d to %d', (value, rounded) => {
    expect(roundHalfUp(value)).toBe(rounded)
  })
})
