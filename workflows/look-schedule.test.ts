import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LookSchedule, LookWindow } from './look-schedule.ts'
import { nextLook, planStep } from './look-schedule.ts'

const schedule = (change: Partial<LookSchedule> = {}): LookSchedule => ({
  start: 1_000,
  warmUp: 0,
  deadline: 61_000,
  analysis: { interval: 10_000, delay: 0 },
  ...change,
})

/** All looks, when each takes `took` milliseconds. */
function looks(plan: LookSchedule, took = 0): LookWindow[] {
  const all: LookWindow[] = []
  let now = plan.start
  for (let look = nextLook(plan, null, now); look !== null; look = nextLook(plan, all.at(-1)!.to, now)) {
    now = Math.max(now, look.at) + took
    all.push(look)
    if (look.last) break
  }
  return all
}

describe('the schedule of looks', () => {
  it('looks at the end of every interval, the last time at the deadline', () => {
    const all = looks(schedule())
    expect(all.map(({ at }) => at)).toEqual([11_000, 21_000, 31_000, 41_000, 51_000, 61_000])
    expect(all.at(-1)).toEqual({ at: 61_000, from: 51_000, to: 61_000, last: true })
  })

  it('leaves out the warm-up, and waits for late samples', () => {
    const all = looks(schedule({ warmUp: 20_000, analysis: { interval: 10_000, delay: 2_000 } }))
    expect(all[0]).toEqual({ at: 33_000, from: 21_000, to: 31_000, last: false })
    expect(all.at(-1)).toEqual({ at: 61_000, from: 51_000, to: 59_000, last: true })
  })

  it('adds a short rest to the last window, and looks at a long one by itself', () => {
    expect(looks(schedule({ deadline: 24_000 })).map(({ from, to }) => to - from)).toEqual([10_000, 13_000])
    expect(looks(schedule({ deadline: 27_000 })).map(({ from, to }) => to - from)).toEqual([10_000, 10_000, 6_000])
  })

  it('never drifts, however long a look takes', () => {
    const all = looks(schedule(), 3_000)
    expect(all.map(({ at }) => at)).toEqual([11_000, 21_000, 31_000, 41_000, 51_000, 61_000])
  })

  it('sees in one window all that it missed', () => {
    const late = nextLook(schedule(), 11_000, 47_000)
    expect(late).toEqual({ at: 41_000, from: 11_000, to: 41_000, last: false })
    expect(nextLook(schedule(), 11_000, 99_000)).toMatchObject({ from: 11_000, to: 61_000, last: true })
  })

  it('has no look when the warm-up is longer than the step', () => {
    expect(nextLook(schedule({ warmUp: 90_000 }), null, 1_000)).toBeNull()
  })

  it('covers the whole time without gap or overlap', () => {
    const plans = fc.record({
      interval: fc.integer({ min: 100, max: 60_000 }),
      length: fc.integer({ min: 100, max: 600_000 }),
    })
    fc.assert(
      fc.property(plans, fc.nat(30_000), ({ interval, length }, took) => {
        const all = looks(schedule({ deadline: 1_000 + length, analysis: { interval, delay: 0 } }), took)
        const joined = all.every(({ from }, i) => from === (i === 0 ? 1_000 : all[i - 1]!.to))
        return joined && all.at(-1)!.to === 1_000 + length && all.filter(({ last }) => last).length === 1
      }),
    )
  })
})

describe('the plan of a step', () => {
  it('makes up for what lay before it', () => {
    expect(planStep(61_500, 60_000, 20_000)).toEqual({ deadline: 80_000, next: 80_000 })
    expect(planStep(60_000, 60_000, 20_000)).toEqual({ deadline: 80_000, next: 80_000 })
  })

  it('gives up no more than a tenth, and leaves the rest to the next step', () => {
    expect(planStep(63_000, 60_000, 20_000)).toEqual({ deadline: 81_000, next: 80_000 })
    expect(planStep(81_200, 80_000, 20_000)).toEqual({ deadline: 100_000, next: 100_000 })
  })

  it('begins anew when it is late by more than half of its time', () => {
    expect(planStep(70_500, 60_000, 20_000)).toEqual({ deadline: 90_500, next: 90_500 })
  })

  it('has its whole time when nothing says when it was due, or a clock went back', () => {
    expect(planStep(61_500, null, 20_000)).toEqual({ deadline: 81_500, next: 81_500 })
    expect(planStep(59_000, 60_000, 20_000)).toEqual({ deadline: 79_000, next: 79_000 })
  })
})
