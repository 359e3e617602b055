import { expect, test } from 'vitest'
import type { StoredEvidence } from '../../pipeline/evidence.ts'
import { seriesOf } from './series.ts'

const point = (look: number, metric: string, change: Partial<StoredEvidence> = {}): StoredEvidence => ({
  ...{ execution: 'a', stage: 'canary', look, metric, provider: 'router', query: '', state: 'ok', exposure: null },
  ...{ from: '2026-01-01T00:00:00.000Z', to: `2026-01-01T00:00:0${look}.000Z`, weights: { canary: 5 * look } },
  ...{ baseline: { bad: 1, total: 100 }, canary: { bad: 2, total: 100 } },
  ...change,
})

test('looks become columns, oldest first, with gaps where a metric was not seen', () => {
  const series = seriesOf([point(2, 'errors'), point(1, 'errors'), point(2, 'late', { canary: null })], [])
  expect(series.looks).toEqual([1, 2])
  expect(series.weight).toEqual([5, 10])
  expect(series.at[1]! - series.at[0]!).toBe(1_000)
  expect(series.metrics[0]).toMatchObject({ name: 'errors', share: true, canary: [0.02, 0.02], evidence: [null, null] })
  expect(series.metrics[1]).toMatchObject({ name: 'late', baseline: [null, 0.01], canary: [null, null] })
})
