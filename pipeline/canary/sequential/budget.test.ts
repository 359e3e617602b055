import { describe, expect, it } from 'vitest'
import type { MetricConfig } from '../judge.ts'
import { errorBudgets } from './budget.ts'

const metric = (name: string, settings: Partial<MetricConfig> = {}): MetricConfig => ({
  name,
  kind: 'count',
  ...settings,
})

describe('the error budget', () => {
  it('is one for all when there is one metric', () =>
    expect(errorBudgets({ type: 'sequential', falseAlarm: 0.02 }, [metric('a')])).toEqual([0.02]))

  it('is split by weight', () => {
    const budgets = errorBudgets({ type: 'sequential', falseAlarm: 0.02 }, [metric('a', { weight: 3 }), metric('b')])
    expect(budgets[0]).toBeCloseTo(0.015, 12)
    expect(budgets[1]).toBeCloseTo(0.005, 12)
  })

  it('is split by group, and evenly within one, when groups have weights', () => {
    const config = { type: 'sequential', falseAlarm: 0.01, groupWeights: { errors: 60, latency: 40 } } as const
    const metrics = [
      metric('a', { group: 'errors' }),
      metric('b', { group: 'errors', weight: 7 }),
      metric('c', { group: 'latency' }),
    ]
    const budgets = errorBudgets(config, metrics)
    expect(budgets[0]).toBeCloseTo(0.003, 12)
    expect(budgets[1]).toBeCloseTo(0.003, 12)
    expect(budgets[2]).toBeCloseTo(0.004, 12)
  })

  it('gives a muted metric what it would have, and takes nothing for it', () => {
    const config = { type: 'sequential', falseAlarm: 0.02, groupWeights: { g: 2 } } as const
    const metrics = [metric('a'), metric('b', { muted: true }), metric('c', { group: 'g', muted: true })]
    const budgets = errorBudgets(config, metrics)
    expect(budgets[0]).toBeCloseTo(0.02, 12)
    expect(budgets[1]).toBeCloseTo(0.01, 12)
    expect(budgets[2]).toBeCloseTo(0.04 / 3, 12)
  })

  it('leaves muted metrics of a group out of its split', () => {
    const config = { type: 'sequential', falseAlarm: 0.02, groupWeights: { g: 1 } } as const
    const budgets = errorBudgets(config, [metric('a', { group: 'g' }), metric('b', { group: 'g', muted: true })])
    expect(budgets[0]).toBeCloseTo(0.02, 12)
    expect(budgets[1]).toBeCloseTo(0.02 * (0.5 / 1.5), 12)
  })
})
