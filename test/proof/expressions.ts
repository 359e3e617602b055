import { fuzzExpressions } from '../../pipeline/expressions/testing.ts'
import type { Proof } from './proof.ts'

/**
 * Fuzzed expressions: every one gives a value or a typed error, and none takes over 5 ms of processor time, or on a slow
 * machine over four times what one in a hundred takes; one that did is tried twice more, as garbage collection counts, too.
 */
export const expressions: Proof = {
  what: 'fuzzed expressions: only typed errors, none over 5 ms of processor time (best of three)',
  whole: 100_000,
  async run({ seed, rounds, log }) {
    const { untyped, slow, polluted, ...figures } = fuzzExpressions({ seed, count: rounds })
    for (const bad of [...untyped, ...slow]) log(bad)
    if (untyped.length + slow.length > 0 || polluted) {
      throw new Error(`${untyped.length} untyped errors, ${slow.length} slow expressions, polluted: ${polluted}`)
    }
    return { ...figures, untyped: 0, slow: 0 }
  },
}
