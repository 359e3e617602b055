import type { Analysis } from '../pipeline/schema/analysis.ts'

/** When to look, and at which window: from (inclusive) to (exclusive); epoch milliseconds. */
export interface LookWindow {
  at: number
  from: number
  to: number
  /** The last one before the deadline. */
  last: boolean
}

export interface LookSchedule {
  start: number
  warmUp: number
  deadline: number
  analysis: Pick<Analysis, 'interval' | 'delay'>
  /** All of it has passed: every interval is a window of its own, however late. */
  past?: true
}

/**
 * The next look after the one whose window ended at `seenTo`; null when no window is left.
 *
 * Windows are cut from the start, so that lateness never adds up, and they leave no gap: whoever is late sees everything
 * that was missed in one window. A rest shorter than half an interval belongs to the window before it.
 */
export function nextLook(schedule: LookSchedule, seenTo: number | null, now: number): LookWindow | null {
  const { deadline, analysis } = schedule
  const first = schedule.start + schedule.warmUp
  const end = deadline - analysis.delay
  const from = seenTo ?? first
  if (!(end > from)) return null
  const due = schedule.past ? 0 : Math.floor((Math.max(now - analysis.delay, from) - first) / analysis.interval)
  const next = Math.floor((from - first) / analysis.interval) + 1
  const to = first + Math.max(due, next) * analysis.interval
  if (end - to < analysis.interval / 2) return { at: deadline, from, to: end, last: true }
  return { at: to + analysis.delay, from, to, last: false }
}

/**
 * When a step that begins now is over, and when the one after it is due. What lay before it (making room, shifting,
 * Slipway's own work) comes out of the steps, up to a tenth of each, so that a canary takes as long as its steps together,
 * however many run at once. A step that is late by more than half of its time (it waited for a person, or for a slow target)
 * begins the plan anew.
 *
 * @param due when it should have begun; null when nothing says so
 */
export function planStep(now: number, due: number | null, duration: number): { deadline: number; next: number } {
  const late = due === null ? 0 : Math.max(0, now - due)
  const made = late > duration / 2 ? 0 : late
  return { deadline: now + duration - Math.min(made, duration / 10), next: now - made + duration }
}

/** How many looks a schedule of this length can have. */
export function plannedLooks(duration: number, interval: number): number {
  return Math.max(1, Math.ceil(duration / interval))
}
