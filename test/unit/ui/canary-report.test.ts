import { describe, expect, test } from 'vitest'
import type { StageAnalysis } from '../../../api/contract/analysis.ts'
import type { SeriesReport } from '../../../api/contract/series.ts'
import type { StageOf } from '../../../pipeline/schema/stage.ts'
import { reportOf } from '../../../ui/dev/story.ts'
import { attemptsOf } from '../../../ui/features/execution/attempts-of.ts'
import { settingsOf, tryOut } from '../../../ui/features/execution/canary/backtest/settings.ts'
import { csvOf } from '../../../ui/features/execution/canary/csv.ts'
import type { JudgmentReport } from '../../../ui/features/execution/canary/difference.ts'
import { placesOf } from '../../../ui/features/execution/canary/interval-places.ts'
import { withNewLooks } from '../../../ui/features/execution/canary/series.ts'
import { standingOf } from '../../../ui/features/execution/canary/standing.ts'

const story = {
  ...{ errors: { baseline: 0.01, canary: 0.05 }, slow: { baseline: 0.03, canary: 0.03 } },
  ...{ looks: 30, seed: 9 },
}
const analysis = reportOf('shop-1', 'canary', story, 0).stages[0]!
const nothing: SeriesReport = { execution: 'shop-1', stage: 'canary', looks: [], at: [], weight: [], metrics: [] }

describe('what a canary saw over time', () => {
  test('grows by the looks that the newest report adds, and by none twice', () => {
    const whole = withNewLooks(nothing, analysis)!
    expect(whole.looks).toEqual(analysis.looks.map(({ look }) => look))
    expect(whole.metrics[0]!.canary).toHaveLength(whole.looks.length)
    expect(withNewLooks(whole, analysis)).toBe(whole)
  })

  test('has to be read again when looks in between are missing', () => {
    const later: StageAnalysis = {
      ...analysis,
      truncated: true,
      metrics: analysis.metrics.map(metric => ({ ...metric, points: metric.points.slice(5) })),
    }
    expect(withNewLooks({ ...nothing, looks: [1, 2] }, later)).toBeNull()
  })

  test('stands between no worse and worse by how near it was to either threshold', () => {
    const metrics = [
      { ...{ name: 'errors', share: true, baseline: [], canary: [] }, evidence: [0, 2.3, 99, -4.6, null] },
    ]
    const series = { ...nothing, at: [1, 2, 3, 4, 5], metrics }
    const [errors] = standingOf(series, new Map([['errors', { fail: 200, pass: 100 }]])).metrics
    expect(errors!.values.map(value => value && Math.round(value * 100))).toEqual([0, 43, 115, -100, null])
  })
})

describe('the interval of a difference', () => {
  const judgment = (change: Partial<JudgmentReport>) =>
    ({ estimate: 0.04, lower: 0.02, upper: 0.06, scale: 'difference', ...change }) as JudgmentReport

  test('lies right of no difference when it is worse, and beyond the margin when that is shown', () => {
    const { zero, limit, low, estimate, high } = placesOf(judgment({}), { absolute: 0.01 })!
    expect([zero, limit!, low, estimate, high]).toEqual([zero, limit!, low, estimate, high].sort((a, b) => a - b))
  })

  test('has half and double equally far away', () => {
    const { low, high } = placesOf(judgment({ estimate: 1, lower: 0.5, upper: 2, scale: 'ratio' }), undefined)!
    expect(50 - low).toBeCloseTo(high - 50)
  })

  test('goes to the end of the line where it is not known', () => {
    expect(placesOf(judgment({ upper: null }), undefined)).toMatchObject({ high: 100, limit: null })
    expect(placesOf(judgment({ estimate: null }), undefined)).toBeNull()
  })
})

describe('the CSV', () => {
  const lines = csvOf(analysis).split('\r\n')

  test('has a line for every metric and look', () => {
    expect(lines).toHaveLength(1 + 2 * analysis.looks.length)
    expect(lines[0]).toMatch(/^metric,look,from,to,weight,state,baseline_bad,baseline_total/)
    expect(lines[1]).toMatch(/^errors,1,1970-01-01T00:00:00.000Z,1970-01-01T00:00:10.000Z,5,ok,\d+,\d+,/)
  })

  test('is text to a spreadsheet, whatever metrics are called', () => {
    const [metric] = analysis.metrics
    const named = (name: string) => csvOf({ ...analysis, metrics: [{ ...metric!, name }] }).split('\r\n')[1]!
    expect(named('=1+1')).toMatch(/^'=1\+1,/)
    expect(named('a,"b"')).toMatch(/^"a,""b""",/)
  })
})

describe('another configuration', () => {
  const proportion = (name: string) => ({ name, kind: 'proportion', margin: 0.01, critical: true, weight: 1 })
  const canary = {
    ...{ id: 'canary', type: 'canary', steps: [{ weight: 5, for: 300_000 }] },
    analysis: {
      ...{ interval: 10_000, judge: { type: 'sequential', falseAlarm: 0.01 }, guardrails: [] },
      metrics: ['errors', 'slow'].map(name => ({ ...proportion(name), provider: 'router', bad: '', total: '' })),
    },
  } as unknown as StageOf<'canary'>

  test('that is the same says the same', () => {
    const { flipped, after } = tryOut(analysis, canary, settingsOf(canary))
    expect({ flipped, after }).toEqual({ flipped: false, after: 'fail' })
  })

  test('that leaves out what failed does not fail', () => {
    const settings = settingsOf(canary)
    const metrics = { ...settings.metrics, errors: { ...settings.metrics.errors!, muted: true } }
    expect(tryOut(analysis, canary, { ...settings, metrics }).after).not.toBe('fail')
  })

  test('that is not possible is refused in a sentence', () => {
    const settings = settingsOf(canary)
    expect(() => tryOut(analysis, canary, { ...settings, falseAlarm: '70' })).toThrow(/false alarm has to be/)
    const metrics = { ...settings.metrics, slow: { ...settings.metrics.slow!, margin: 'x' } }
    expect(() => tryOut(analysis, canary, { ...settings, metrics })).toThrow('The margin of slow is not a number.')
  })
})

test('every attempt at a stage is kept with how it ended', () => {
  const event = (position: number, status: string, reason: string | null = null) => ({
    ...{ execution: 'a', sequence: position, position, at: `t${position}`, kind: 'stage.status' as const },
    ...{ stage: 'roll', data: { status, reason } },
  })
  const attempts = attemptsOf(
    [event(1, 'running'), event(2, 'queued', 'no'), event(3, 'running'), event(4, 'succeeded')],
    'roll',
  )
  expect(attempts).toEqual([
    { number: 1, startedAt: 't1', endedAt: 't2', status: 'failed', reason: 'no' },
    { number: 2, startedAt: 't3', endedAt: 't4', status: 'succeeded', reason: null },
  ])
})
