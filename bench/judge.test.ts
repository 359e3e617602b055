import { describe, expect, it } from 'vitest'
import { isMet, kayentaSpeed, liveSpeed, naiveRatio, type Speed, sequentialSpeed, timesFaster } from './judge/speed.ts'

/** No time is held against a clock here: only that what is measured is real, and that a miss would be seen. */
describe('the bench of the judges', () => {
  it('measures whole judgments of every judge', () => {
    const speeds = [
      kayentaSpeed({ metrics: 3, points: 60, original: 1.3, runs: 3 }),
      liveSpeed(2, 20, 3),
      sequentialSpeed(2, 10, 3),
    ]
    for (const { median, best } of speeds) {
      expect(best).toBeGreaterThan(0)
      expect(median).toBeGreaterThanOrEqual(best)
    }
  })

  it('compares like with like: sorting anew gives the same interval, and takes longer', () => {
    const { same, ratio } = naiveRatio(400, 3)
    expect(same).toBe(true)
    expect(ratio).toBeGreaterThan(3)
  })

  it('misses what is too slow or was not measured', () => {
    const speed: Speed = { what: 'x', metrics: 1, points: 1, median: 0.06, best: 0.05, original: 1.3, required: 25 }
    expect(timesFaster(speed)).toBe(26)
    expect(isMet(speed)).toBe(true)
    expect(isMet({ ...speed, best: 0.06 })).toBe(false)
    expect(isMet({ ...speed, best: Number.NaN })).toBe(false)
    expect(isMet({ ...speed, original: null })).toBe(false)
    expect(isMet({ ...speed, required: null })).toBe(true)
  })
})
