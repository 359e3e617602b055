import { describe, expect, test } from 'vitest'
import { quantileOf } from './traffic.ts'

describe('a quantile of latencies in buckets', () => {
  const bounds = [10, 20, 40]

  test('lies within the bucket that holds it', () => {
    expect(quantileOf({ bounds, latencies: [0, 10, 0, 0] }, 0.5)).toBe(15)
    expect(quantileOf({ bounds, latencies: [50, 50, 0, 0] }, 0.5)).toBe(10)
    expect(quantileOf({ bounds, latencies: [98, 0, 2, 0] }, 0.99)).toBe(30)
  })

  test('beyond the last bound is said to be at least that', () => {
    expect(quantileOf({ bounds, latencies: [0, 0, 0, 5] }, 0.99)).toBe(40)
  })

  test('of nothing is not known', () => {
    expect(quantileOf({ bounds, latencies: [0, 0, 0, 0] }, 0.5)).toBeNull()
  })
})
