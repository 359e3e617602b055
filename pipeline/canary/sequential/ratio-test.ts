import { type Arms, isExposed } from './arms.ts'
import type { EValue } from './e-value.ts'
import { type Alternative, harmful, harmless } from './effects.ts'
import { logSumExp } from './special-functions.ts'
import { createUrnTable } from './urn.ts'

/** `auto` and `strict` correct for clustered events, `none` does not, a number is a measured over-dispersion. */
export type Dispersion = 'auto' | 'strict' | 'none' | number

/** Correlations of events within an interval that are thought possible, and how likely each is beforehand. */
const rhos = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7] as const
const logRhoWeights = rhos.map(rho => Math.log(rho === 0 ? 0.7 : 0.3 / 7))

/** An e-value that grows by one interval at a time. */
export interface EventTest extends EValue {
  add(arms: Arms): void
}

export interface RatioTest extends EventTest {
  /** Adds an interval, or the same one `times` over. */
  add(arms: Arms, times?: number): void
}

/**
 * Test of "the canary's rate is at most `atMost` times the baseline's": a large E says it is more.
 *
 * Each interval's events, given how many there were, are a fair draw between the arms by exposure and rate ratio, so a
 * baseline that changes from interval to interval cancels, and so does a changed traffic share. For proportions the
 * totals are the exposures: the Poisson form is then conservative ((1 + x)ⁿ ≤ eⁿˣ), by the factor 1/(1 − share of bad).
 */
export function ratioHarmTest(atMost: number, dispersion: Dispersion): () => RatioTest {
  return mixtureTest(atMost, harmful, dispersion, 0.3)
}

/** Test of "the canary's rate is at least `atLeast` times the baseline's": a large E says it is less. */
export function ratioSafeTest(atLeast: number, dispersion: Dispersion): () => RatioTest {
  return mixtureTest(atLeast, harmless(atLeast), dispersion, 0.5)
}

/**
 * The mixture of likelihood ratios over effects and correlations, against the null's likelihood at the correlation that
 * suits it best, less a discount `kappa` (universal inference has kappa = 1; the discount was calibrated by simulation,
 * and costs at most 1/kappa in the guarantee for clustered events, 1/0.7 for independent ones).
 *
 * Returns a factory: tests of one metric share a table of likelihoods, which changes their speed only.
 */
function mixtureTest(
  nullRatio: number,
  alternatives: readonly Alternative[],
  dispersion: Dispersion,
  kappa: number,
): () => RatioTest {
  const effects = alternatives.map(({ effect }) => effect)
  const logWeights = alternatives.map(({ logWeight }) => logWeight)
  if (dispersion === 'none' || typeof dispersion === 'number') {
    const table = createUrnTable(nullRatio, effects, { rhos: [0] })
    return () => independentTest(table, logWeights, dispersion === 'none' ? 1 : dispersion)
  }
  const table = createUrnTable(nullRatio, effects, { rhos })
  return () => clusteredTest(table, logWeights, dispersion === 'strict' ? 0 : Math.log(kappa))
}

type UrnTable = ReturnType<typeof createUrnTable>

/** Adds up rows of log likelihoods; one row for each interval that had exposure on both sides. */
function createSums(table: UrnTable, size: number) {
  const sums = new Float64Array(size)
  return {
    sums,
    add(arms: Arms, times = 1) {
      if (!isExposed(arms)) return
      const row = table(arms)
      for (let i = 0; i < size; i++) sums[i]! += times * row[i]!
    },
  }
}

/** Independent events, or all log likelihood ratios divided by a measured over-dispersion. */
function independentTest(table: UrnTable, logWeights: readonly number[], phi: number): RatioTest {
  const { sums, add } = createSums(table, logWeights.length + 1)
  const logE = () => logSumExp(logWeights.map((logWeight, k) => logWeight + (sums[k + 1]! - sums[0]!) / phi))
  return { add, logE, reaches: log => logE() >= log }
}

function clusteredTest(table: UrnTable, logWeights: readonly number[], logKappa: number): RatioTest {
  const width = logWeights.length + 1
  const { sums, add } = createSums(table, width * rhos.length)
  const terms = new Float64Array(logWeights.length * rhos.length)
  const nulls = new Float64Array(rhos.length)

  function logNull(): number {
    let best = Number.NEGATIVE_INFINITY
    for (let i = 0; i < rhos.length; i++) {
      best = Math.max(best, sums[i * width]!)
      nulls[i] = logRhoWeights[i]! + sums[i * width]!
    }
    return Math.max(logSumExp(nulls), best + logKappa)
  }

  function logE(): number {
    let at = 0
    for (let i = 0; i < rhos.length; i++) {
      for (let k = 1; k < width; k++) terms[at++] = logRhoWeights[i]! + logWeights[k - 1]! + sums[i * width + k]!
    }
    return logSumExp(terms) - logNull()
  }

  /** A mixture is at most its largest term, since the weights add up to one. */
  function atMost(): number {
    let largest = Number.NEGATIVE_INFINITY
    for (const sum of sums) largest = Math.max(largest, sum)
    return largest - logNull()
  }

  // Not `<`: an unknown bound must not answer before the exact value does.
  return { add, logE, reaches: log => atMost() >= log && logE() >= log }
}
