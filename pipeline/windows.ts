import type { Windows } from './schema/stages/windows.ts'
import { weekdays } from './schema/stages/windows.ts'

type Window = Windows[number]

const minute = 60_000
const day = 24 * 60

/**
 * When the first of some windows lets a stage start, as epoch milliseconds; null when one is open now. `share` (0 to 1)
 * places the start within the window's jitter, so that it is the same whenever it is asked for.
 */
export function nextOpening(windows: Windows, now: number, share: number): number | null {
  if (windows.some(window => isOpen(window, now))) return null
  return Math.min(...windows.map(window => nextStart(window, now) + jitterOf(window, share)))
}

function isOpen(window: Window, now: number): boolean {
  const { weekday, minutes } = wallClock(now, window.timezone)
  const { from, to } = window.hours ?? { from: 0, to: day }
  if (from < to) return isOn(window, weekday) && minutes >= from && minutes < to
  return (isOn(window, weekday) && minutes >= from) || (isOn(window, weekday - 1) && minutes < to)
}

function isOn({ days }: Window, weekday: number): boolean {
  return days === undefined || days.includes(weekdays[(weekday + 7) % 7]!)
}

/** The next begin of a window that is closed now; every window begins within eight days. */
function nextStart(window: Window, now: number): number {
  const today = wallClock(now, window.timezone)
  const starts = Array.from({ length: 9 }, (_, ahead) => ahead)
    .filter(ahead => isOn(window, today.weekday + ahead))
    .map(ahead => instantOf({ ...today, date: today.date + ahead }, window.hours?.from ?? 0, window.timezone))
  return Math.min(...starts.filter(start => start > now))
}

/** Never past the window's end. */
function jitterOf({ jitter = 0, hours }: Window, share: number): number {
  const { from, to } = hours ?? { from: 0, to: day }
  const length = (from < to ? to - from : to - from + day) * minute
  return Math.floor(Math.min(jitter, length - minute) * share)
}

interface WallClock {
  year: number
  month: number
  date: number
  /** Monday is 0. */
  weekday: number
  /** Since midnight. */
  minutes: number
}

function wallClock(at: number, timezone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: timezone, hourCycle: 'h23', weekday: 'short' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  }).formatToParts(at)
  const value = (type: string) => parts.find(part => part.type === type)!.value
  return {
    year: Number(value('year')),
    month: Number(value('month')),
    date: Number(value('day')),
    weekday: weekdays.indexOf(value('weekday').toLowerCase() as (typeof weekdays)[number]),
    minutes: Number(value('hour')) * 60 + Number(value('minute')),
  }
}

/** The instant at which the clocks of a timezone show `2026-12-24T18:00`; one they skip is the moment after the change. */
export function instantAt(text: string, timezone: string): number {
  const asUtc = Date.parse(`${text}Z`)
  if (!Number.isFinite(asUtc)) return Number.NaN
  const seconds = asUtc - Math.floor(asUtc / minute) * minute
  const { year, month, date, minutes } = wallClock(asUtc, 'UTC')
  return instantOf({ year, month, date, weekday: 0, minutes: 0 }, minutes, timezone) + seconds
}

/** The instant of a wall clock; one that a change of the clocks skips is the moment after the change. */
function instantOf({ year, month, date }: WallClock, minutes: number, timezone: string): number {
  const asUtc = Date.UTC(year, month - 1, date, 0, minutes)
  const offsets = [asUtc - day * minute, asUtc + day * minute].map(at => offsetOf(at, timezone))
  const exact = offsets.map(offset => asUtc - offset).find(at => at + offsetOf(at, timezone) === asUtc)
  return exact ?? asUtc - Math.min(...offsets)
}

/** Milliseconds that the wall clock is ahead of UTC. */
function offsetOf(at: number, timezone: string): number {
  const { year, month, date, minutes } = wallClock(at, timezone)
  return Date.UTC(year, month - 1, date, 0, minutes) - Math.floor(at / minute) * minute
}
