import { describe, expect, it } from 'vitest'
import type { MetricConfig } from './judge.ts'
import { type Recorded, rejudge } from './rejudge.ts'
import { errorsMetric, errorsOf } from './sequential/testing.ts'

const times = (n: number, b: number, c: number) => Array.from({ length: n }, () => errorsOf(b, c))
const recorded: Recorded[] = [
  { id: 'good', verdict: 'pass', intervals: times(12, 5, 5) },
  { id: 'slightly worse', verdict: 'fail', intervals: times(30, 5, 8) },
  { id: 'bad', verdict: 'fail', intervals: times(12, 5, 30) },
]
const sequential = { type: 'sequential', falseAlarm: 0.02 } as const
const verdicts = (metrics: readonly MetricConfig[], judge: Parameters<typeof rejudge>[1]['judge'] = sequential) =>
  rejudge(recorded, { judge, metrics }).map(({ id, before, after, flipped }) => ({ id, before, after, flipped }))

describe('judging again', () => {
  it('says the same under the same settings', () => {
    expect(verdicts([errorsMetric()]).map(({ flipped }) => flipped)).toEqual([false, false, false])
  })

  it('shows which verdicts flip under others', () => {
    expect(verdicts([errorsMetric({ failAbove: { absolute: 0.01 } })])).toEqual([
      { id: 'good', before: 'pass', after: 'pass', flipped: false },
      { id: 'slightly worse', before: 'fail', after: 'insufficient', flipped: true },
      { id: 'bad', before: 'fail', after: 'fail', flipped: false },
    ])
  })

  it('can be done by another judge', () => {
    expect(verdicts([errorsMetric()], { type: 'mann-whitney', pass: 95, marginal: 50 })).toHaveLength(3)
  })

  it('passes nothing by a metric that was not recorded', () => {
    expect(verdicts([errorsMetric(), errorsMetric({ name: 'new', critical: true })]).map(({ after }) => after)).toEqual(
      ['insufficient', 'fail', 'fail'],
    )
  })

  it('fails at a guardrail of the new settings', () => {
    const guardrails = [{ metric: 'errors', above: 0.05, atLeast: 50 }]
    const settings = { judge: sequential, metrics: [errorsMetric()], guardrails }
    const [good, , bad] = rejudge(recorded, settings)
    expect(good!.after).toBe('pass')
    const lenient = { ...settings, metrics: [errorsMetric({ failAbove: { absolute: 0.01 } })] }
    expect(rejudge([{ ...recorded[2]!, intervals: times(1, 5, 30) }], lenient)[0]!.judgment.reason).toContain('limit')
    expect(bad!.after).toBe('fail')
  })

  it('looks for harm in the bake, and takes no pass away there', () => {
    const promoted: Recorded = { id: 'promoted', verdict: 'pass', intervals: times(12, 5, 5) }
    const again = (bake: Recorded['bake']) =>
      rejudge([{ ...promoted, ...(bake && { bake }) }], { judge: sequential, metrics: [errorsMetric()] })[0]!.after
    expect(again(times(2, 5, 6))).toBe('pass')
    expect(again(times(20, 5, 40))).toBe('fail')
  })

  it('lets the rank test fail at any look, as a run would', () => {
    const early = [...times(10, 5, 60), ...times(60, 5, 5)]
    const rank = { type: 'mann-whitney', pass: 95, marginal: 50 } as const
    const [found] = rejudge([{ id: 'early', verdict: 'pass', intervals: early }], {
      judge: rank,
      metrics: [errorsMetric()],
    })
    expect(found!.after).toBe('fail')
    expect(found!.judgment.decidedAt).toBeLessThan(10)
  })
})
