import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Windows } from './schema/stages/windows.ts'
import { windows as schema } from './schema/stages/windows.ts'
import { nextOpening } from './windows.ts'

function opening(written: unknown, now: string, share = 0): string | null {
  const opens = nextOpening(schema.parse(written) as Windows, Date.parse(now), share)
  return opens === null ? null : new Date(opens).toISOString().replace('.000Z', 'Z')
}

const office = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], hours: '09:00-17:00', timezone: 'Europe/Berlin' }]

describe('a window', () => {
  test('is open from its first minute to the one before its end, by the clock of its zone', () => {
    expect(opening(office, '2026-11-25T07:59:59Z')).toBe('2026-11-25T08:00:00Z')
    expect(opening(office, '2026-11-25T08:00:00Z')).toBeNull()
    expect(opening(office, '2026-11-25T15:59:59Z')).toBeNull()
    expect(opening(office, '2026-11-25T16:00:00Z')).toBe('2026-11-26T08:00:00Z')
  })

  test('opens after the weekend', () => {
    expect(opening(office, '2026-11-27T18:00:00Z')).toBe('2026-11-30T08:00:00Z')
  })

  test('keeps to the clock on the wall when the clocks change', () => {
    expect(opening(office, '2026-03-27T18:00:00Z')).toBe('2026-03-30T07:00:00Z')
    expect(opening(office, '2026-10-23T18:00:00Z')).toBe('2026-10-26T08:00:00Z')
  })

  test('over midnight belongs to the day it begins on', () => {
    const night = [{ days: ['fri'], hours: '22:00-04:00', timezone: 'America/New_York' }]
    expect(opening(night, '2026-11-28T02:59:00Z')).toBe('2026-11-28T03:00:00Z')
    expect(opening(night, '2026-11-28T08:59:00Z')).toBeNull()
    expect(opening(night, '2026-11-28T09:00:00Z')).toBe('2026-12-05T03:00:00Z')
    expect(opening(night, '2026-11-28T03:00:00Z')).toBeNull()
  })

  test('that a change of the clocks skips opens right after the change', () => {
    const skipped = [{ days: ['sun'], hours: '02:15-02:45', timezone: 'Europe/Berlin' }]
    expect(opening(skipped, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:15:00Z')
  })

  test('without hours is open all day, without days every day', () => {
    expect(opening([{ days: ['sat'], timezone: 'Asia/Tokyo' }], '2026-11-27T14:59:00Z')).toBe('2026-11-27T15:00:00Z')
    expect(opening([{ timezone: 'UTC' }], '2026-11-25T00:00:00Z')).toBeNull()
  })

  test('is the first of several that opens', () => {
    const both = [...office, { days: ['sat'], hours: '06:00-07:00', timezone: 'UTC' }]
    expect(opening(both, '2026-11-27T18:00:00Z')).toBe('2026-11-28T06:00:00Z')
  })

  test('spreads starts by its jitter, and never beyond its end', () => {
    const spread = [{ hours: '09:00-09:10', timezone: 'UTC', jitter: '1h' }]
    expect(opening(spread, '2026-11-25T08:00:00Z', 0)).toBe('2026-11-25T09:00:00Z')
    expect(opening(spread, '2026-11-25T08:00:00Z', 0.5)).toBe('2026-11-25T09:04:30Z')
    expect(opening(spread, '2026-11-25T08:00:00Z', 0.999)).toMatch(/^2026-11-25T09:08:5/)
  })

  test('that is told to open is open then, wherever and whenever', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe')
    const clock = fc.integer({ min: 0, max: 24 * 4 - 1 }).map(quarter => quarter * 15)
    const window = fc.record({
      from: clock,
      to: clock,
      zone: zones,
      days: fc.constantFrom(undefined, ['mon'], ['sun', 'wed']),
    })
    const when = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-12-31') })
    fc.assert(
      fc.property(window, when, ({ from, to, zone, days }, now) => {
        fc.pre(from !== to)
        const hours = { from, to }
        const windows = [{ hours, timezone: zone, ...(days === undefined ? {} : { days }) }] as Windows
        const opens = nextOpening(windows, now, 0)
        if (opens === null) return
        expect(opens).toBeGreaterThan(now)
        expect(opens - now).toBeLessThan(8.1 * 86_400_000)
        // Only a window that the clocks skip is not open when it should be.
        const skipped = nextOpening(windows, opens, 0) !== null
        if (skipped) expect(new Date(opens).getUTCMonth()).toBeOneOf([2, 9])
      }),
      { numRuns: 300 },
    )
  })
})
