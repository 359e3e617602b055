import type { Arms } from './arms.ts'
import { logRising } from './special-functions.ts'

/**
 * ln Y: how likely it is that, of the events of one interval, `c` fell to the canary and `b` to the baseline, when each
 * is the canary's with probability θ and they cluster with correlation ρ (Pólya's urn; ρ = 0 is the Poisson case).
 * Without the binomial coefficient, which cancels in every ratio. `rest` is 1 − θ, given apart to keep its digits.
 */
export function logUrn(c: number, b: number, theta: number, rest: number, rho: number): number {
  if (rho === 0) return (c === 0 ? 0 : c * Math.log(theta)) + (b === 0 ? 0 : b * Math.log(rest))
  const mass = (1 - rho) / rho
  return logRising(theta * mass, c) + logRising(rest * mass, b) - logRising(mass, c + b)
}

/** Larger counts hardly ever repeat; up to here the key below is exact. */
const largestRemembered = 1_000_000

/**
 * ln Y of an interval at a null ratio and at every alternative, for every correlation, as one flat row:
 * `[ρ₀: null, effect₁, …, effectₖ, ρ₁: null, …]`.
 *
 * Rows are remembered by what was seen: small counts under a constant split repeat, and a row costs a few hundred
 * logarithms. It changes the speed only. After `remembered` rows it starts afresh.
 */
export function createUrnTable(
  nullRatio: number,
  effects: readonly number[],
  { rhos, remembered = 2_000 }: { rhos: readonly number[]; remembered?: number },
) {
  const ratios = [nullRatio, ...effects.map(effect => nullRatio * Math.exp(effect))]
  const bySplit = new Map<number, Map<number, Float64Array>>()
  let size = 0

  return (arms: Arms): Float64Array => {
    // Fractions (the planner's expected counts) do not repeat, and have no unique key.
    if (!Number.isInteger(arms.b) || !Number.isInteger(arms.c) || arms.b + arms.c > largestRemembered)
      return urnRow(arms, ratios, rhos)
    const split = arms.v / arms.u
    const key = pairKey(arms.b, arms.c)
    const known = bySplit.get(split)?.get(key)
    if (known !== undefined) return known
    if (size >= remembered) {
      bySplit.clear()
      size = 0
    }
    const row = urnRow(arms, ratios, rhos)
    const rows = bySplit.get(split) ?? new Map<number, Float64Array>()
    bySplit.set(split, rows.set(key, row))
    size += 1
    return row
  }
}

/** Cantor's pairing of two counts into one number. */
function pairKey(b: number, c: number): number {
  return ((b + c) * (b + c + 1)) / 2 + c
}

function urnRow(arms: Arms, ratios: readonly number[], rhos: readonly number[]): Float64Array {
  const row = new Float64Array(ratios.length * rhos.length)
  let at = 0
  for (const rho of rhos) {
    for (const ratio of ratios) {
      const canaryShare = arms.v * ratio
      const all = arms.u + canaryShare
      row[at++] = logUrn(arms.c, arms.b, canaryShare / all, arms.u / all, rho)
    }
  }
  return row
}
