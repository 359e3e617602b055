import { describe, expect, it } from 'vitest'
import { judge, judges } from './judges.ts'
import { errorsMetric, errorsOf } from './sequential/testing.ts'

describe('the judges', () => {
  const evidence = {
    metrics: [errorsMetric()],
    intervals: Array.from({ length: 12 }, () => errorsOf(5, 5)),
    last: true,
  }

  it('are found by their type, and sign their judgments with it', () => {
    expect(judge({ type: 'sequential', falseAlarm: 0.02 }, evidence).judge.type).toBe('sequential')
    expect(judge({ type: 'mann-whitney', pass: 95, marginal: 50 }, evidence).judge.type).toBe('mann-whitney')
    expect(Object.keys(judges)).toEqual(['sequential', 'mann-whitney'])
  })

  it('never pass a canary of which nothing is known', () => {
    for (const config of [
      { type: 'sequential', falseAlarm: 0.02 },
      { type: 'mann-whitney', pass: 95, marginal: 50 },
    ] as const) {
      expect(judge(config, { ...evidence, intervals: [] }).verdict).not.toBe('pass')
      const broken = Array.from({ length: 12 }, () => ({
        baseline: { errors: { error: 'no route' } },
        canary: { errors: { error: 'no route' } },
      }))
      expect(judge(config, { ...evidence, intervals: broken }).verdict).toBe('errored')
    }
  })
})
