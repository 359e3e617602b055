import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import type { Margin } from '../../../../pipeline/canary/judge.ts'
import { percent, signed, significant } from '../../../words/numbers.ts'
import { isShare } from './observation.ts'

export type MetricReport = StageAnalysis['metrics'][number]
export type JudgmentReport = NonNullable<MetricReport['judgment']>

/** `×2.3 (1.4 to 3.9)` or `+4.1 points (2.4 to 5.6)`; a dash when there is nothing to estimate from. */
export function differenceOf(judgment: JudgmentReport): { estimate: string; interval: string } {
  const { estimate, lower, upper, scale } = judgment
  if (estimate === null) return { estimate: '–', interval: '' }
  const points = scale === 'difference' && isShare(judgment.canary)
  const factor = points ? 100 : 1
  const write = (value: number) => (scale === 'ratio' ? significant(value) : signed(value * factor))
  return {
    estimate: scale === 'ratio' ? `×${write(estimate)}` : `${write(estimate)}${points ? ' points' : ''}`,
    interval: lower === null && upper === null ? '' : `${end(lower, write)} to ${end(upper, write)}`,
  }
}

/** `1 point`, `20 %`, `0.5`: how much worse is still acceptable. */
export function marginWords(margin: Margin, { canary }: JudgmentReport): string {
  if ('relative' in margin) return percent(margin.relative * 100)
  if (!isShare(canary)) return significant(margin.absolute)
  const points = significant(margin.absolute * 100)
  return `${points} ${points === '1' ? 'point' : 'points'}`
}

function end(value: number | null, write: (value: number) => string): string {
  return value === null ? '?' : write(value)
}
