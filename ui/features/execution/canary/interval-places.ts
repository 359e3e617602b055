import type { Margin } from '../../../../pipeline/canary/judge.ts'
import type { JudgmentReport } from './difference.ts'

export interface Places {
  zero: number
  /** Where the margin ends; null without one. */
  limit: number | null
  low: number
  high: number
  estimate: number
}

/**
 * Where things stand on a line from 0 to 100, with "no difference" in the middle. Ratios are laid out by their
 * logarithm: half and double are as far away. An end that is not known is the end of the line. Null without an estimate.
 */
export function placesOf(judgment: JudgmentReport, margin: Margin | undefined): Places | null {
  const { estimate, lower, upper, scale } = judgment
  if (estimate === null) return null
  const onLine = (value: number) => (scale === 'ratio' ? Math.log(Math.max(value, 1e-9)) : value)
  const limit = limitOf(scale, margin)
  const known = [estimate, lower, upper].filter(value => value !== null).map(onLine)
  const extent = 1.15 * Math.max(...[...known, ...(limit === null ? [] : [1.5 * limit])].map(Math.abs)) || 1
  const place = (value: number) => Math.min(100, Math.max(0, 50 + (50 * value) / extent))
  return {
    zero: 50,
    limit: limit === null ? null : place(limit),
    low: lower === null ? 0 : place(onLine(lower)),
    high: upper === null ? 100 : place(onLine(upper)),
    estimate: place(onLine(estimate)),
  }
}

/** On the same line as the estimate; null for a margin that is said in another way than the estimate. */
function limitOf(scale: JudgmentReport['scale'], margin: Margin | undefined): number | null {
  if (margin === undefined) return null
  if (scale === 'difference') return 'absolute' in margin ? margin.absolute : null
  return 'relative' in margin ? Math.log(1 + margin.relative) : null
}
