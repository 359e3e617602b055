import { expect, test } from 'vitest'
import { judgeSequential } from '../../../pipeline/canary/sequential/sequential.ts'
import { expandMetrics } from '../../../pipeline/presets.ts'
import { analysis } from '../../../pipeline/schema/analysis.ts'
import { thresholdsOf } from '../../../ui/features/execution/canary/thresholds.ts'

const defined = analysis.parse({
  interval: '10s',
  judge: { type: 'sequential', falseAlarm: '1%' },
  metrics: [{ preset: 'http' }],
})

test('a metric fails with the evidence that the page says it takes, and not with less', () => {
  const metrics = expandMetrics(defined).map(({ config }) => config)
  const threshold = thresholdsOf(defined).get('errors')!
  const one = { errors: { bad: 2, total: 200 }, slow: { bad: 0, total: 200 } }
  const intervals = []
  for (let look = 1; look <= 100; look += 1) {
    intervals.push({ baseline: one, canary: { ...one, errors: { bad: 7, total: 200 } } })
    const { metrics: judged } = judgeSequential(
      { type: 'sequential', falseAlarm: 0.01 },
      { metrics, intervals, last: false },
    )
    const errors = judged.find(({ name }) => name === 'errors')!
    expect(errors.evidenceFor === 'fail' && errors.evidence >= threshold.fail).toBe(errors.verdict === 'fail')
    if (errors.verdict === 'fail') return
  }
  expect.unreachable('it never failed')
})

test('two metrics share the chance of a false alarm; passing shares nothing', () => {
  expect(thresholdsOf(defined).get('slow')).toEqual({ fail: 200, pass: 100 })
})

test('a judge that does not go by evidence has no thresholds', () => {
  expect(thresholdsOf({ ...defined, judge: { type: 'mann-whitney', pass: 95, marginal: 75 } }).size).toBe(0)
})
