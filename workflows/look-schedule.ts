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

/** How many looks a schedule of this length can have. */
export function plannedLooks(duration: number, interval: number): number {
  return Math.max(1, Math.ceil(duration / interval))
}
