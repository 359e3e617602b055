/** Mean of the canary over mean of the baseline; NaN when either is exactly zero. Says nothing sensible of negative means. */
export function meanRatio(experimentMean: number, controlMean: number): number {
  if (controlMean === 0 || experimentMean === 0) return Number.NaN
  return experimentMean / controlMean
}

/**
 * Common-language effect size: P(canary > baseline) + ½·P(equal) over all pairs, from the canary's rank sum (Vargha and
 * Delaney, "A critique and improvement of the CL common language effect size statistics", 2000).
 *
 * The products of the sizes wrap around at 32 bits as the original's do: beyond 32,768 × 32,768 values its answer is
 * wrong, and ours must be the same wrong answer.
 */
export function commonLanguageEffect(rankSum: number, experimentCount: number, controlCount: number): number {
  const least = Math.imul(experimentCount, (experimentCount + 1) | 0)
  return (2 * rankSum - least) / Math.imul(Math.imul(2, controlCount), experimentCount)
}
