import { type Arms, isExposed } from './arms.ts'
import { overDispersion } from './dispersion.ts'
import type { EventTest } from './ratio-test.ts'
import { logSumExp } from './special-functions.ts'

/** Rates of baseline and canary under an alternative, fixed before the interval they are used on. */
interface Rates {
  baseline: number
  canary: number
}

/**
 * ln S of one interval: the likelihood of `alternative` over that of its projection on the null "the canary's rate is
 * the baseline's + `margin`", in the Poisson form of the e-variable of Turner, Ly and Grünwald. The projection (x, x + m)
 * minimises the Kullback-Leibler distance, weighted by exposure; by its optimality S has mean ≤ 1 everywhere on the
 * null, each interval with its own rates, for Poisson and for Bernoulli data.
 */
export function logDifferenceRatio({ b, u, c, v }: Arms, { baseline, canary }: Rates, margin: number): number {
  const all = u + v
  const pooled = u * (baseline - margin) + v * (canary - margin)
  const nullBaseline = (pooled + Math.sqrt(pooled * pooled + 4 * all * u * baseline * margin)) / (2 * all)
  const nullCanary = nullBaseline + margin
  return (
    timesLogRatio(b, baseline, nullBaseline) -
    (baseline - nullBaseline) * u +
    timesLogRatio(c, canary, nullCanary) -
    (canary - nullCanary) * v
  )
}

function timesLogRatio(events: number, rate: number, nullRate: number): number {
  return events === 0 ? 0 : events * Math.log(rate / nullRate)
}

/** How the over-dispersion is had: measured from what was seen so far, or given. */
export type Phi = 'measured' | number

/** Equal rates from 1/100 to 100 times the margin; shares near one are left out. */
function equalRates(margin: number, kind: 'count' | 'proportion'): number[] {
  const rates = Array.from({ length: 17 }, (_, k) => margin * 10 ** ((k - 8) / 4))
  return kind === 'proportion' ? rates.filter(rate => rate < 0.6) : rates
}

/** Test of "the canary's rate is at least `margin` above the baseline's" (margin > 0): a large E says it is less. */
export function differenceSafeTest(margin: number, kind: 'count' | 'proportion', phi: Phi): () => EventTest {
  const rates = equalRates(margin, kind)
  return () => {
    const { add, ...test } = createMixture(rates.length, phi)
    return {
      ...test,
      add: arms => add(arms, k => logDifferenceRatio(arms, { baseline: rates[k]!, canary: rates[k]! }, margin)),
    }
  }
}

/** Log factors by which the canary's rate is above what is still allowed. */
const excesses = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 4].map(Math.exp)

/**
 * Test of "the canary's rate is at most `margin` above the baseline's" (margin ≥ 0): a large E says it is more.
 * The alternative's baseline is what the intervals before showed, so the first interval adds nothing.
 */
export function differenceHarmTest(margin: number, phi: Phi): () => EventTest {
  return () => {
    const { add, ...test } = createMixture(excesses.length, phi)
    let events = 0
    let exposure = 0
    return {
      ...test,
      add(arms) {
        if (!isExposed(arms)) return
        const baseline = (events + 0.5) / exposure
        const known = exposure > 0
        events += arms.b
        exposure += arms.u
        add(arms, k =>
          known ? logDifferenceRatio(arms, { baseline, canary: (baseline + margin) * excesses[k]! }, margin) : 0,
        )
      },
    }
  }
}

/** Equal weights on `size` alternatives; every log likelihood ratio is divided by φ. */
function createMixture(size: number, phi: Phi) {
  const sums = new Float64Array(size)
  const seen: Arms[] = []
  const logE = () => {
    const divisor = phi === 'measured' ? overDispersion(seen) : phi
    return logSumExp(sums.map(sum => sum / divisor)) - Math.log(size)
  }
  return {
    add(arms: Arms, logRatio: (alternative: number) => number) {
      if (!isExposed(arms)) return
      seen.push(arms)
      for (const k of sums.keys()) sums[k]! += logRatio(k)
    },
    logE,
    // Dividing by φ ≥ 1 only makes it smaller, and φ costs a pass over all intervals.
    reaches: (log: number) => Math.max(...sums) >= log && logE() >= log,
  }
}
