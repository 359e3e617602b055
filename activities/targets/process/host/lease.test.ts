import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Lease } from './lease.ts'

let expired: number
let lease: Lease
beforeEach(() => {
  vi.useFakeTimers()
  expired = 0
  lease = new Lease(() => expired++)
})
afterEach(() => vi.useRealTimers())

describe('a lease', () => {
  it('runs out once', () => {
    lease.set(Date.now() + 1_000)
    vi.advanceTimersByTime(999)
    expect(expired).toBe(0)
    vi.advanceTimersByTime(10_000)
    expect(expired).toBe(1)
    expect(lease.until).toBeNull()
  })

  it('starts anew when it is set again, and ends when it is cleared', () => {
    lease.set(Date.now() + 1_000)
    vi.advanceTimersByTime(900)
    lease.set(Date.now() + 1_000)
    vi.advanceTimersByTime(900)
    lease.set(null)
    vi.advanceTimersByTime(10_000)
    expect(expired).toBe(0)
  })

  it('that ran out long ago runs out at once', () => {
    lease.set(Date.now() - 5_000)
    vi.advanceTimersByTime(1)
    expect(expired).toBe(1)
  })

  it('may be longer than a timer can be', () => {
    lease.set(Date.now() + 60 * 86_400_000)
    vi.advanceTimersByTime(59 * 86_400_000)
    expect(expired).toBe(0)
    vi.advanceTimersByTime(2 * 86_400_000)
    expect(expired).toBe(1)
  })

  it('keeps its deadline when it is suspended', () => {
    const until = Date.now() + 1_000
    lease.set(until)
    lease.suspend()
    vi.advanceTimersByTime(5_000)
    expect(expired).toBe(0)
    expect(lease.until).toBe(until)
  })
})
