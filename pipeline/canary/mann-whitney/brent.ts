/** Absolute, whatever the unit of the data: the reason why the original is blind below about 1e-4 (see `judge.ts`). */
const tolerance = 1e-4
const epsilon = 2 ** -52
const maxIterations = 1001

/**
 * Finds where `f` changes sign between `start` and `end`, given its values at both, to within an absolute 1e-4.
 *
 * Brent's method as R's `zeroin` has it (R. Brent, "Algorithms for Minimization without Derivatives", 1973, chapter 4),
 * step by step as the original judge takes them: a step function has no single root, so the path decides the answer.
 * For the same reason the association of every product below must stay. Values that are NaN never count as a root.
 */
export function findRoot(
  f: (at: number) => number,
  start: number,
  end: number,
  startValue: number,
  endValue: number,
): number {
  let a = start
  let b = end
  let fa = startValue
  let fb = endValue
  if (isRoot(fa)) return a
  if (isRoot(fb)) return b

  // c is the end of the bracket opposite to b, the best guess so far; a is the guess before b.
  let c = a
  let fc = fa
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const previousStep = b - a
    if (Math.abs(fc) < Math.abs(fb)) {
      a = b
      b = c
      c = a
      fa = fb
      fb = fc
      fc = fa
    }
    const least = 2 * epsilon * Math.abs(b) + tolerance / 2
    let step = (c - b) / 2
    if (Math.abs(step) <= least || isRoot(fb)) return b

    if (Math.abs(previousStep) >= least && Math.abs(fa) > Math.abs(fb)) {
      const width = c - b
      let p: number
      let q: number
      if (a === c) {
        const ratio = fb / fa
        p = width * ratio
        q = 1 - ratio
      } else {
        const ac = fa / fc
        const bc = fb / fc
        const ba = fb / fa
        p = ba * (width * ac * (ac - bc) - (b - a) * (bc - 1))
        q = (ac - 1) * (bc - 1) * (ba - 1)
      }
      if (p > 0) q = -q
      else p = -p
      if (p < 0.75 * width * q - Math.abs(least * q) / 2 && p < Math.abs((previousStep * q) / 2)) step = p / q
    }
    if (Math.abs(step) < least) step = step > 0 ? least : -least

    a = b
    fa = fb
    b += step
    fb = f(b)
    if ((fb > 0 && fc > 0) || (fb < 0 && fc < 0)) {
      c = a
      fc = fa
    }
  }
  return b
}

/** Within one unit in the last place of zero, as commons-math's `Precision.equals` has it. */
function isRoot(value: number): boolean {
  return Math.abs(value) <= Number.MIN_VALUE
}
