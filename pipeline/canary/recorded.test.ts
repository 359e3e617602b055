import { describe, expect, it } from 'vitest'
import type { MetricConfig } from './judge.ts'
import { type RecordedLook, recordedIntervals } from './recorded.ts'

const errors: MetricConfig = { name: 'errors', kind: 'proportion', margin: { absolute: 0.01 } }
const restarts: MetricConfig = { name: 'restarts', kind: 'count' }

function look(number: number, change: Partial<RecordedLook> = {}): RecordedLook {
  return {
    from: number * 10_000,
    to: (number + 1) * 10_000,
    weights: { stable: 90, baseline: 5, canary: 5 },
    baseline: { errors: { bad: number, total: 100 } },
    canary: { errors: { bad: number + 1, total: 100 } },
    exposure: null,
    ...change,
  }
}

const sidesOf = (intervals: { canary: object }[]) => intervals.map(({ canary }) => canary)

describe('recorded looks', () => {
  it('are an interval each when there are few', () => {
    const { climb, bake } = recordedIntervals([look(0), look(1), look(2)], [errors], 3)
    expect(sidesOf(climb)).toEqual([1, 2, 3].map(bad => ({ errors: { bad, total: 100 } })))
    expect(climb[1]!.baseline).toEqual({ errors: { bad: 1, total: 100 } })
    expect(bake).toEqual([])
  })

  it('make blocks when many are planned; a change of weights and the last look begin a new one', () => {
    const heavier = { weights: { stable: 50, baseline: 25, canary: 25 } }
    const looks = [look(0), look(1), look(2), look(3, heavier), look(4, heavier), look(5, heavier), look(6, heavier)]
    const { climb } = recordedIntervals(looks, [errors], 1_200)
    expect(sidesOf(climb).map(side => Object.values(side)[0])).toEqual([
      { bad: 6, total: 300 },
      { bad: 15, total: 300 },
      { bad: 7, total: 100 },
    ])
  })

  it('keep what is missing and what failed apart', () => {
    const gap = look(1, { canary: { errors: null } })
    const failed = look(2, { canary: { errors: { error: 'down' } } })
    const { climb } = recordedIntervals([look(0), gap, failed], [errors], 3)
    expect(climb[1]!.canary).toEqual({ errors: null })
    expect(climb[2]!.canary.errors).toHaveProperty('error')
  })

  it('of the bake are compared with the rate before the promotion, at its upper limit', () => {
    const bakeLook = look(9, { weights: { stable: 100 }, baseline: { errors: null } })
    const { climb, bake } = recordedIntervals([look(3), look(4), bakeLook], [errors], 3)
    expect(climb).toHaveLength(2)
    const { bad, total } = bake[0]!.baseline.errors as { bad: number; total: number }
    expect(total).toBe(2_000)
    expect(bad / total).toBeGreaterThan(7 / 200)
  })

  it('expose counts to what was measured, else to seconds times the share of the traffic', () => {
    const seen = { baseline: { restarts: { events: 1 } }, canary: { restarts: { events: 2 } } }
    const measured = { ...seen, exposure: { baseline: 40, canary: 50 } }
    const { climb } = recordedIntervals([look(0, measured), look(1, seen)], [restarts], 2)
    expect(climb.map(({ exposure }) => exposure)).toEqual([
      { baseline: 40, canary: 50 },
      { baseline: 0.5, canary: 0.5 },
    ])
    const beside = look(1, { ...seen, weights: { stable: 80, canary: 20 } })
    expect(recordedIntervals([beside], [restarts], 1).climb[0]!.exposure).toEqual({ baseline: 8, canary: 2 })
  })
})
