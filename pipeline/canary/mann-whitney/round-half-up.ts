/**
 * Rounds to two decimals, halves away from zero, on the shortest decimal that stands for `value`: 33.335 gives 33.34
 * although the double is a little below. What is not finite stays as it is.
 */
export function roundHalfUp(value: number): number {
  const text = String(value)
  const match = /^(-?)(\d+)\.(\d\d)(\d)\d*$/.exec(text)
  if (match) {
    const [, sign, whole, decimals, next] = match
    const cents = BigInt(whole! + decimals!) + (next! >= '5' ? 1n : 0n)
    const digits = cents.toString().padStart(3, '0')
    return Number(`${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`)
  }
  // A negative exponent means less than 1e-6; anything else without a third decimal is rounded already.
  return text.includes('e-') ? 0 : value
}
