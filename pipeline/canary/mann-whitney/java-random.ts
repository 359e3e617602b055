const multiplierHigh = 0x5de
const multiplierLow = 0xece66d
const half = 2 ** 24

/**
 * The generator behind `java.util.Random`: the same seed gives the same normal draws, bit for bit.
 *
 * A 48-bit linear congruential generator and Marsaglia's polar method, as the documentation of that class prescribes
 * (Knuth, "The Art of Computer Programming", volume 2, 3.2.1 and 3.4.1). `seed` is a whole number; negative ones count
 * in two's complement. The state is kept as two halves of 24 bits, so that every product is exact in a double.
 */
export function javaRandom(seed: number): { nextGaussian(): number } {
  const scrambled = (BigInt.asUintN(48, BigInt(seed)) ^ 0x5deece66dn) & 0xffffffffffffn
  let high = Number(scrambled >> 24n)
  let low = Number(scrambled & 0xffffffn)
  let spare: number | null = null

  /** Advances once and gives the upper `bits` (at most 27) of the 48. */
  function next(bits: number): number {
    const product = low * multiplierLow + 0xb
    const carry = Math.floor(product / half)
    high = (high * multiplierLow + low * multiplierHigh + carry) % half
    low = product % half
    return Math.floor((high * half + low) / 2 ** (48 - bits))
  }

  function nextDouble(): number {
    const upper = next(26)
    return (upper * 2 ** 27 + next(27)) * 2 ** -53
  }

  return {
    nextGaussian() {
      if (spare !== null) {
        const value = spare
        spare = null
        return value
      }
      for (;;) {
        const v1 = 2 * nextDouble() - 1
        const v2 = 2 * nextDouble() - 1
        const s = v1 * v1 + v2 * v2
        if (s >= 1 || s === 0) continue
        const scale = Math.sqrt((-2 * Math.log(s)) / s)
        spare = v2 * scale
        return v1 * scale
      }
    },
  }
}

export type JavaRandom = ReturnType<typeof javaRandom>
