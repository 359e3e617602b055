/** A running e-value: how much better than its null the data fit; at most 1 in E such runs reaches E by chance. */
export interface EValue {
  /** ln E of all that was added; NaN when it cannot be known. */
  logE(): number
  /** Whether ln E ≥ `log`; cheaper than `logE` where it is far from it, and false when E is unknown. */
  reaches(log: number): boolean
}

/** ln of what E must reach for one chance of error: 1 / `budget`. Without a budget nothing reaches it. */
export function logThreshold(budget: number): number {
  return -Math.log(budget)
}

/** E itself, kept finite, since JSON has no Infinity; 0 when it is unknown. */
export function finiteE(logE: number): number {
  if (Number.isNaN(logE)) return 0
  return Math.min(rounded(Math.exp(logE)), Number.MAX_VALUE)
}

/** Ten figures: the rest is noise of the machine's logarithm, and the answer should be the same on all of them. */
export function rounded(value: number): number {
  return Number(value.toPrecision(10))
}
