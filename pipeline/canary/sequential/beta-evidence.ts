import { incompleteBeta, logBeta } from './special-functions.ts'

/**
 * ln E of "the canary's share of the events is `share`" against a uniform prior over all other shares (Beta(1, 1)), as
 * published for canaries (Lindon and Malek). For comparison only: one share for all intervals is wrong as soon as
 * traffic and error rate change together; verdicts use the ratio test, which takes each interval by itself.
 */
export function logTwoSidedE({ b, c }: { b: number; c: number }, share = 0.5): number {
  return logBeta(c + 1, b + 1) - c * Math.log(share) - b * Math.log1p(-share)
}

/** The same with the prior cut to shares above `share`: it looks for harm only. */
export function logOneSidedE({ b, c }: { b: number; c: number }, share = 0.5): number {
  const above = 1 - incompleteBeta(c + 1, b + 1, share)
  return logTwoSidedE({ b, c }, share) + Math.log(above) - Math.log(1 - share)
}
