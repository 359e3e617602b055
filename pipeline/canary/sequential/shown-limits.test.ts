import { describe, expect, it } from 'vitest'
import { mirrored, withinVerdict } from './shown-limits.ts'
import { errorsMetric } from './testing.ts'

describe('shown limits', () => {
  const fail = { verdict: 'fail', bothWays: false } as const
  const pass = { verdict: 'pass', bothWays: false } as const
  const open = { estimate: null, lower: null, upper: null }

  it('of a fail do not reach below what is allowed', () => {
    const found = { estimate: 0.02, lower: -0.001, upper: 0.05 }
    expect(withinVerdict(found, errorsMetric(), fail)).toEqual({ ...found, lower: 0 })
    expect(withinVerdict(found, errorsMetric({ failAbove: { absolute: 0.005 } }), fail).lower).toBe(0.005)
    expect(withinVerdict({ ...found, lower: 0.01 }, errorsMetric(), fail).lower).toBe(0.01)
    const relative = errorsMetric({ margin: { relative: 1 } })
    expect(withinVerdict({ estimate: 2, lower: 0.9, upper: 5 }, relative, fail).lower).toBe(1)
    expect(withinVerdict({ estimate: 2, lower: 1.2, upper: 5 }, relative, fail).lower).toBe(1.2)
    expect(
      withinVerdict(open, errorsMetric({ margin: { relative: 1 }, failAbove: { relative: 0.5 } }), fail).lower,
    ).toBe(1.5)
  })

  it('of a pass do not reach beyond the margin', () => {
    const found = { estimate: 0, lower: -0.03, upper: 0.012 }
    expect(withinVerdict(found, errorsMetric(), pass)).toEqual({ ...found, upper: 0.01 })
    expect(withinVerdict({ ...found, upper: 0.008 }, errorsMetric(), pass).upper).toBe(0.008)
    expect(withinVerdict(open, errorsMetric({ margin: { relative: 0.5 } }), pass)).toEqual({ ...open, upper: 1.5 })
  })

  it('of a pass both ways do not reach beyond it on either side', () => {
    const both = { verdict: 'pass', bothWays: true } as const
    expect(withinVerdict({ estimate: 0, lower: -0.03, upper: 0.03 }, errorsMetric(), both)).toEqual({
      estimate: 0,
      lower: -0.01,
      upper: 0.01,
    })
    const relative = errorsMetric({ margin: { relative: 0.25 } })
    expect(withinVerdict(open, relative, both)).toEqual({ estimate: null, lower: 0.8, upper: 1.25 })
    expect(withinVerdict({ estimate: 1, lower: 0.9, upper: 1.1 }, relative, both)).toEqual({
      estimate: 1,
      lower: 0.9,
      upper: 1.1,
    })
  })

  it('of anything else are what was found, in ten figures', () => {
    const found = { estimate: 1 / 3, lower: -2 / 3, upper: 2 / 3 }
    const shown = { estimate: 0.3333333333, lower: -0.6666666667, upper: 0.6666666667 }
    for (const verdict of ['insufficient', 'errored'] as const)
      expect(withinVerdict(found, errorsMetric(), { verdict, bothWays: true })).toEqual(shown)
  })
})

describe('limits the other way round', () => {
  it('change sign and place when they are differences', () => {
    expect(mirrored({ estimate: 2, lower: -1, upper: 5 }, 'difference')).toEqual({ estimate: -2, lower: -5, upper: 1 })
    expect(mirrored({ estimate: 0, lower: null, upper: 5 }, 'difference')).toEqual({
      estimate: 0,
      lower: -5,
      upper: null,
    })
  })

  it('are inverses when they are ratios, where zero and no limit belong together', () => {
    expect(mirrored({ estimate: 2, lower: 0.5, upper: 4 }, 'ratio')).toEqual({ estimate: 0.5, lower: 0.25, upper: 2 })
    expect(mirrored({ estimate: null, lower: 5, upper: null }, 'ratio')).toEqual({
      estimate: null,
      lower: 0,
      upper: 0.2,
    })
    expect(mirrored({ estimate: 0, lower: 0, upper: 0.2 }, 'ratio')).toEqual({ estimate: null, lower: 5, upper: null })
    const unknown = { estimate: null, lower: null, upper: null }
    expect(mirrored(unknown, 'ratio')).toEqual(unknown)
  })
})
