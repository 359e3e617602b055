/**
 * The distribution functions the judge needs, with known values of SciPy in the test.
 *
 * Own code, because the numeric packages on the registry are either large trees of tiny packages or stop at about
 * ten digits in `lgamma`, while the urn below subtracts two large values of it.
 */

/** Coefficients B₂ₙ / (2n(2n − 1)) of Stirling's series for ln Γ (NIST DLMF 5.11.1). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156] as const
const halfLogTwoPi = 0.9189385332046728

/** ln Γ(x) for x > 0, to about 1e-15 relative (absolute near the zeros at 1 and 2); NaN for anything else. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN
  // The series needs a large argument: Γ(x) = Γ(x + k) / (x (x + 1) … (x + k − 1)).
  let shifted = x
  let product = 1
  while (shifted < 12) {
    product *= shifted
    shifted += 1
  }
  const inverseSquare = 1 / (shifted * shifted)
  let series = 0
  for (let n = stirling.length - 1; n >= 0; n--) series = series * inverseSquare + stirling[n]!
  return (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + series / shifted - Math.log(product)
}

/** Below this many factors the product itself is faster than two values of `logGamma`, and exact. */
const shortProduct = 16

/** ln(a (a + 1) … (a + n − 1)) = ln Γ(a + n) − ln Γ(a), for a > 0 and n ≥ 0 (fractions too). */
export function logRising(a: number, n: number): number {
  if (n === 0) return 0
  if (n > shortProduct || !Number.isInteger(n)) return logGamma(a + n) - logGamma(a)
  let product = a
  for (let i = 1; i < n; i++) product *= a + i
  return Math.log(product)
}

/** ln Σ exp(values), safe against overflow; −∞ of nothing. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    // Math.max keeps NaN, so that an unknown term makes the sum unknown.
    largest = Math.max(largest, values[i]!)
  }
  if (!Number.isFinite(largest)) return largest
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest)
  return largest + Math.log(sum)
}

/** ln B(a, b), the Beta function. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** The regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1 (NIST DLMF 8.17). */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN
  if (x === 0 || x === 1) return x
  // The continued fraction converges fast below the mean; above it the symmetric one does.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelowMean(b, a, 1 - x)
  return betaBelowMean(a, b, x)
}

function betaBelowMean(a: number, b: number, x: number): number {
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a
  return front * betaFraction(a, b, x)
}

/** The continued fraction DLMF 8.17.22 by the modified Lentz method. */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1), tiny)
  let fraction = d
  for (let m = 1; m <= 1_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d, tiny)
    c = awayFromZero(1 + even / c, tiny)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d, tiny)
    c = awayFromZero(1 + odd / c, tiny)
    fraction *= d * c
    if (Math.abs(d * c - 1) <= 1e-15) break
  }
  return fraction
}

function awayFromZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/** ln P(T ≤ t) of Student's t with `degrees` > 0 degrees of freedom (NIST DLMF 8.17 and Abramowitz-Stegun 26.7.1). */
export function logStudentCdf(t: number, degrees: number): number {
  if (Number.isNaN(t)) return Number.NaN
  const squared = t * t
  const tail = 0.5 * tailBeta(squared, degrees)
  return t > 0 ? Math.log1p(-tail) : Math.log(tail)
}

/** P(|T| > t): I_x(ν/2, ½) with x = ν/(ν + t²), from the side that keeps its digits. */
function tailBeta(squared: number, degrees: number): number {
  if (squared < degrees) return 1 - incompleteBeta(0.5, degrees / 2, squared / (degrees + squared))
  return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + squared))
}
