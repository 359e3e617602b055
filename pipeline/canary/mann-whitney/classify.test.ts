import { describe, expect, it } from 'vitest'
import { classify } from './classify.ts'
import { javaRandom } from './java-random.ts'
import type { RankSettings } from './settings.ts'

const effect = {
  measure: 'mean-ratio',
  allowedIncrease: 1,
  allowedDecrease: 1,
  criticalIncrease: 1,
  criticalDecrease: 1,
} as const
const plain: RankSettings = {
  direction: 'either',
  nanStrategy: 'remove',
  outlierFactor: null,
  critical: false,
  mustHaveData: false,
  muted: false,
  effect,
}

const base = Array.from({ length: 20 }, (_, i) => 100 + ((i * 7) % 20))
const half = base.map(value => value / 2)
const twice = base.map(value => value * 2)

function run(experiment: readonly number[], control: readonly number[], settings: Partial<RankSettings> = {}) {
  return classify(
    'm',
    { experiment: Float64Array.from(experiment), control: Float64Array.from(control) },
    { ...plain, ...settings },
    () => javaRandom(1),
  )
}

describe('an empty side', () => {
  it.each([
    { settings: { nanStrategy: 'replace', critical: true, mustHaveData: true }, label: 'Pass', critical: false },
    { settings: {}, label: 'Nodata', critical: false },
    { settings: { critical: true }, label: 'Nodata', critical: true },
    { settings: { critical: true, mustHaveData: true }, label: 'Nodata', critical: true },
    { settings: { mustHaveData: true }, label: 'NodataFailMetric', critical: false },
  ] as const)('with $settings is $label', ({ settings, label, critical }) => {
    const reason = label === 'Pass' ? null : 'Missing data for m'
    const expected = { label, critical, reason, ratio: 1, path: 'empty', comparison: null }
    expect(run([], base, settings)).toMatchObject(expected)
    expect(run(base, [], settings)).toMatchObject(expected)
    expect(run([], [], settings)).toMatchObject(expected)
  })
})

describe('the same values', () => {
  const reason = 'The Canary and Baseline data are identical'

  it('pass, in whatever order, with 0 and −0 alike', () => {
    expect(run([3, 1, 2], [1, 2, 3])).toMatchObject({ label: 'Pass', reason, path: 'identical', ratio: 1 })
    expect(run([0, -0, 0], [-0, -0, -0])).toMatchObject({ label: 'Pass', reason })
  })

  it('are not the same when one of them occurs once more', () => {
    expect(run([1, 2, 2], [1, 1, 2]).path).toBe('mannwhitney')
    expect(run([1, 2, 3], [1, 2, 3, 3]).path).toBe('mannwhitney')
  })

  it('pass without a reason when both sides are one constant, however many', () => {
    expect(run([5, 5], [5, 5, 5])).toMatchObject({ label: 'Pass', reason: null, path: 'singleValue', ratio: 1 })
    expect(run([0, -0], [0])).toMatchObject({ label: 'Pass', path: 'singleValue' })
  })
})

describe('two different constants', () => {
  it('are judged with noise drawn for the canary first', () => {
    const random = javaRandom(1)
    const noised = [6, 6, 6].map(value => value + (random.nextGaussian() * value * 1e-5 + 0))
    const { label, noise, comparison } = run([6, 6, 6], [5, 5, 5])
    expect({ label, noise }).toEqual({ label: 'High', noise: true })
    const control = [5, 5, 5].map(value => value + (random.nextGaussian() * value * 1e-5 + 0))
    expect(comparison!.lower).toBe(Math.min(...noised) - Math.max(...control))
  })

  it('of one value each are an Error, which is never critical', () => {
    expect(run([5], [0], { critical: true })).toMatchObject({
      label: 'Error',
      reason: 'Metric Classification Failed',
      critical: false,
      ratio: null,
      noise: true,
    })
  })

  it('ask for no random numbers when only one side is constant', () => {
    const noRandom = () => {
      throw new Error('not asked for')
    }
    const sides = { experiment: Float64Array.of(5, 5, 5), control: Float64Array.of(1, 2, 3) }
    expect(classify('m', sides, plain, noRandom).noise).toBe(false)
  })
})

describe('a shift', () => {
  it.each([
    { direction: 'increase', up: 'High', down: 'Pass' },
    { direction: 'decrease', up: 'Pass', down: 'Low' },
    { direction: 'either', up: 'High', down: 'Low' },
  ] as const)('counts in the direction $direction', ({ direction, up, down }) => {
    expect(run(twice, base, { direction }).label).toBe(up)
    expect(run(half, base, { direction }).label).toBe(down)
  })

  it('says so, and gives the ratio of the means', () => {
    expect(run(twice, base)).toMatchObject({ reason: 'm was classified as High', ratio: 2, critical: false })
    expect(run(half, base)).toMatchObject({ reason: 'm was classified as Low', ratio: 0.5, critical: false })
  })

  it.each([
    { allowedIncrease: 2, label: 'High' },
    { allowedIncrease: 2.0001, label: 'Pass' },
  ])('up by 2 with $allowedIncrease allowed is $label', ({ allowedIncrease, label }) => {
    expect(run(twice, base, { effect: { ...effect, allowedIncrease } }).label).toBe(label)
  })

  it.each([
    { allowedDecrease: 0.5, label: 'Low' },
    { allowedDecrease: 0.4999, label: 'Pass' },
  ])('down to 0.5 with $allowedDecrease allowed is $label', ({ allowedDecrease, label }) => {
    expect(run(half, base, { effect: { ...effect, allowedDecrease } }).label).toBe(label)
  })

  it('of negative values passes, because the ratio of the means points the other way', () => {
    expect(
      run(
        base.map(v => -v),
        twice.map(v => -v),
      ).label,
    ).toBe('Pass')
  })

  it('against a mean of 0 is held against no limit', () => {
    const around = base.map((_, i) => (i % 2 === 0 ? 1 : -1) * (1 + Math.floor(i / 2)))
    const strict = { effect: { ...effect, allowedIncrease: 1e9, criticalIncrease: 1e9 }, critical: true }
    expect(run(base, around, strict)).toMatchObject({ label: 'High', critical: true, ratio: Number.NaN })
    const low = { effect: { ...effect, allowedDecrease: -1e9, criticalDecrease: -1e9 }, critical: true }
    expect(
      run(
        base.map(v => -v),
        around,
        low,
      ),
    ).toMatchObject({ label: 'Low', critical: true, ratio: Number.NaN })
  })

  it('is measured in ranks when asked to', () => {
    const cles = { ...effect, measure: 'cles', allowedIncrease: 1, allowedDecrease: 0 } as const
    expect(run(twice, base, { effect: cles })).toMatchObject({ label: 'High', comparison: { effectSize: 1 }, ratio: 2 })
    expect(run(half, base, { effect: cles })).toMatchObject({ label: 'Low', comparison: { effectSize: 0 } })
  })

  it('has to clear a quarter of the estimate', () => {
    const { comparison } = run(twice, base)
    expect(comparison!.bound).toBe(0.25 * Math.abs(comparison!.estimate))
    expect(comparison!.lower).toBeGreaterThan(comparison!.bound)
  })

  it('whose upper limit is just a quarter of the estimate passes', () => {
    const ties = run([1, 1, 0, 1], [1, 1])
    expect(ties).toMatchObject({ label: 'Pass', comparison: { upper: 0, bound: 0, effectSize: 0.75 } })
  })

  it('hidden by an infinity passes: the estimate is infinite, and so is the bound', () => {
    expect(run([...twice, Number.POSITIVE_INFINITY], base)).toMatchObject({ label: 'Pass', ratio: Number.NaN })
  })
})

describe('a critical metric', () => {
  it.each([
    { criticalIncrease: 2, critical: true, reason: 'The metric m was classified as High (Critical)' },
    { criticalIncrease: 2.0001, critical: false, reason: 'm was classified as High' },
  ])('up by 2 with $criticalIncrease critical: $reason', ({ criticalIncrease, ...expected }) => {
    expect(run(twice, base, { critical: true, effect: { ...effect, criticalIncrease } })).toMatchObject(expected)
  })

  it.each([
    { criticalDecrease: 0.5, critical: true, reason: 'The metric m was classified as Low (Critical)' },
    { criticalDecrease: 0.4999, critical: false, reason: 'm was classified as Low' },
  ])('down to 0.5 with $criticalDecrease critical: $reason', ({ criticalDecrease, ...expected }) => {
    expect(run(half, base, { critical: true, effect: { ...effect, criticalDecrease } })).toMatchObject(expected)
  })

  it('that passes is not critical', () => {
    expect(run(base, base, { critical: true }).critical).toBe(false)
    expect(run([...base, 1], base, { critical: true })).toMatchObject({ label: 'Pass', critical: false })
  })
})
