import { expect, test } from 'vitest'
import type { AnalysisReport } from '../../../api/contract/analysis.ts'
import { keptLooks, mergeAnalysis } from '../../../ui/features/execution/canary/merge-analysis.ts'

/** A report with the looks from `first` to `last`. */
function report(first: number, last: number, truncated = first > 1): AnalysisReport {
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  const point = { from: '', to: '', weights: {}, query: '', state: 'ok' as const, exposure: null }
  return {
    execution: 'a',
    stages: [
      {
        ...{ stage: 'canary', verdict: 'insufficient', judge: null, truncated },
        metrics: [
          {
            ...{
              name: 'errors',
              provider: 'router',
              judgment: null,
              query: '',
              window: { from: `${first}`, to: `${last}` },
            },
            points: numbers.map(look => ({ ...point, look, baseline: { value: last }, canary: null })),
          },
        ],
        looks: numbers.map(look => ({
          ...{ look, at: '', weights: null, verdict: 'insufficient' as const, reason: `of ${last}`, judge: null },
          metrics: [],
        })),
      },
    ],
  }
}

function looksOf(merged: AnalysisReport | null): number[] | undefined {
  return merged?.stages[0]?.looks.map(({ look }) => look)
}

test('new looks are added once, and newer words about a look replace older ones', () => {
  const merged = mergeAnalysis(report(1, 4), report(3, 6))
  expect(looksOf(merged)).toEqual([1, 2, 3, 4, 5, 6])
  expect(merged?.stages[0]?.looks[2]?.reason).toBe('of 6')
  expect(merged?.stages[0]?.metrics[0]?.points.map(({ look }) => look)).toEqual([1, 2, 3, 4, 5, 6])
  expect(merged?.stages[0]?.metrics[0]?.window).toEqual({ from: '1', to: '6' })
  expect(merged?.stages[0]?.truncated).toBe(false)
})

test('looks that follow directly are added', () => {
  expect(looksOf(mergeAnalysis(report(1, 4), report(5, 6)))).toEqual([1, 2, 3, 4, 5, 6])
})

test('when looks in between are missing there is no merge', () => {
  expect(mergeAnalysis(report(1, 4), report(6, 8))).toBeNull()
})

test('a stage that was not known and is not whole has to be asked for', () => {
  expect(mergeAnalysis({ execution: 'a', stages: [] }, report(6, 8))).toBeNull()
  expect(looksOf(mergeAnalysis({ execution: 'a', stages: [] }, report(1, 8)))).toHaveLength(8)
})

test('the oldest looks go when there are too many', () => {
  const merged = mergeAnalysis(report(1, keptLooks), report(keptLooks - 3, keptLooks + 5))
  expect(looksOf(merged)).toHaveLength(keptLooks)
  expect(merged?.stages[0]?.truncated).toBe(true)
})
