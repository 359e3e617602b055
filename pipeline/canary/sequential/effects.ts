/**
 * The prior of the ratio test: which sizes of harm it looks for, and how much it believes in each.
 *
 * A mixture over log rate ratios from 1 % to a factor of 400: most weight where regressions are (a half-normal-like
 * part), some in the far tail. Weights are normalised, so that a mixture of e-values stays an e-value.
 */

const points = 28

/** Log rate ratios d_k = 0.01 · 600^(k/27). */
export const effects: readonly number[] = Array.from({ length: points }, (_, k) => 0.01 * 600 ** (k / (points - 1)))

/** W_k: four fifths to d·exp(−d²/0.98), one fifth to d·exp(−d/1.5). */
export const effectWeights: readonly number[] = mixed(
  effects.map(d => d * Math.exp((-d * d) / 0.98)),
  effects.map(d => d * Math.exp(-d / 1.5)),
)

function mixed(near: readonly number[], far: readonly number[]): number[] {
  const nearSum = near.reduce((sum, value) => sum + value, 0)
  const farSum = far.reduce((sum, value) => sum + value, 0)
  return near.map((value, k) => (0.8 * value) / nearSum + (0.2 * far[k]!) / farSum)
}

/** An alternative of the ratio test: a log rate ratio relative to the null, and the logarithm of its weight. */
export interface Alternative {
  effect: number
  logWeight: number
}

/** Alternatives of the null "no more than r0 times the baseline": everything above it. */
export const harmful: readonly Alternative[] = effects.map((effect, k) => ({
  effect,
  logWeight: Math.log(effectWeights[k]!),
}))

/**
 * Alternatives of the null "at least `atLeast` times the baseline": everything below it, half of the weight on an
 * equal canary, which is what most canaries are. For `atLeast` ≤ 1 an equal canary is on the null: no such atom.
 */
export function harmless(atLeast: number): readonly Alternative[] {
  const below = harmful.map(({ effect, logWeight }) => ({ effect: -effect, logWeight }))
  if (!(atLeast > 1)) return below
  const half = Math.log(0.5)
  return [
    ...below.map(({ effect, logWeight }) => ({ effect, logWeight: logWeight + half })),
    { effect: -Math.log(atLeast), logWeight: half },
  ]
}
