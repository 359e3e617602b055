import { describe, expect, it } from 'vitest'
import { isMostlyOneValue, seriesDirection } from './series-direction.ts'

describe('a series that mostly repeats one value', () => {
  it('does so in more than half of its points', () => {
    expect(isMostlyOneValue([1, 1, 1, 2, 3])).toBe(true)
    expect(isMostlyOneValue([1, 1, 2, 3])).toBe(false)
    expect(isMostlyOneValue([1])).toBe(true)
    expect(isMostlyOneValue([])).toBe(false)
  })

  it('shows nothing safe, whatever it is', () => {
    const test = seriesDirection({ name: 'm', kind: 'series', margin: { absolute: 1 } })()
    for (let t = 0; t < 60; t++) test.add({ harm: 0, reference: 5 })
    expect(test.safe!.logE()).toBe(0)
    expect(test.safeSinceRestart()!.logE()).toBe(0)
  })
})

it('has evidence of one before there are blocks, which is reached', () => {
  const { harm } = seriesDirection({ name: 'm', kind: 'series' })()
  expect(harm.logE()).toBe(0)
  expect(harm.reaches(0)).toBe(true)
  expect(harm.reaches(1e-9)).toBe(false)
})

describe('what a series allows', () => {
  const points = Array.from({ length: 60 }, (_, t) => ({ harm: 1 + Math.sin(1.7 * t) / 2, reference: -5 }))
  const logHarm = (failAbove?: { relative: number } | { absolute: number }) => {
    const test = seriesDirection({ name: 'm', kind: 'series', ...(failAbove && { failAbove }) })()
    for (const point of points) test.add(point)
    return test.harm.logE()
  }

  it('is in its own unit, or a part of the size of the baseline', () => {
    expect(logHarm({ relative: 0.1 })).toBeCloseTo(logHarm({ absolute: 0.5 }), 9)
    expect(logHarm({ absolute: 0 })).toBe(logHarm())
    expect(logHarm({ absolute: 0.5 })).toBeLessThan(logHarm())
  })

  it('shows limits as a difference, or as a ratio', () => {
    const levels = { harm: Math.log(50), safe: Math.log(50) }
    const limits = (margin: { relative: number } | { absolute: number }) => {
      const test = seriesDirection({ name: 'm', kind: 'series', margin })()
      for (const point of points) test.add(point)
      return test.limits(levels, 'harm')
    }
    const difference = limits({ absolute: 1 })
    const ratio = limits({ relative: 1 })
    for (const end of ['estimate', 'lower', 'upper'] as const)
      expect(ratio[end]).toBeCloseTo(1 + difference[end]! / 5, 9)
    expect(difference.bound).toBeNull()
  })
})
