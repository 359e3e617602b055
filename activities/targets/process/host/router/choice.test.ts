import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WeightedChoice } from './choice.ts'

function draw(choice: WeightedChoice<string>, count: number): Record<string, number> {
  const drawn: Record<string, number> = {}
  for (let i = 0; i < count; i++) {
    const name = choice.next() ?? 'none'
    drawn[name] = (drawn[name] ?? 0) + 1
  }
  return drawn
}

describe('the weighted choice', () => {
  it('takes 5 % as exactly 5 of every 100', () => {
    const choice = new WeightedChoice()
    choice.set({ stable: 90, baseline: 5, canary: 5 })
    for (let round = 0; round < 10; round++) expect(draw(choice, 100)).toEqual({ stable: 90, baseline: 5, canary: 5 })
  })

  it('keeps fractions of a percent exact', () => {
    const choice = new WeightedChoice()
    choice.set({ stable: 99.9, canary: 0.1 })
    expect(draw(choice, 10_000)).toEqual({ stable: 9_990, canary: 10 })
  })

  it('has nothing to choose without a weight', () => {
    const choice = new WeightedChoice()
    expect(choice.next()).toBeNull()
    choice.set({ stable: 0 })
    expect(choice.next()).toBeNull()
  })

  it('spreads a small weight evenly', () => {
    const choice = new WeightedChoice()
    choice.set({ stable: 80, canary: 20 })
    const drawn = Array.from({ length: 50 }, () => choice.next())
    const gaps = drawn.flatMap((name, i) => (name === 'canary' ? [i] : [])).map((at, i, all) => at - (all[i - 1] ?? -5))
    expect(new Set(gaps.slice(1))).toEqual(new Set([5]))
  })

  it('does not starve a small weight when the weights are set again and again', () => {
    const choice = new WeightedChoice()
    let canary = 0
    for (let i = 0; i < 1_000; i++) {
      choice.set({ stable: 95, canary: 5 })
      if (choice.next() === 'canary') canary++
    }
    expect(canary).toBe(50)
  })

  it('stays within one of its share over any stretch, whatever the weights were before', () => {
    const weights = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }))
    fc.assert(
      fc.property(
        fc.array(weights, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 300 }),
        (all, count) => {
          const choice = new WeightedChoice()
          for (const [baseline, canary] of all) {
            choice.set({ stable: 100 - baseline - canary, baseline, canary })
            const drawn = draw(choice, count)
            expect(Math.abs((drawn.canary ?? 0) - (count * canary) / 100)).toBeLessThanOrEqual(3)
          }
        },
      ),
      { seed: 3, numRuns: 200 },
    )
  })
})
