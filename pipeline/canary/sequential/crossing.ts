/**
 * Where `excess` falls below zero on the way from `outside` (where it is ≥ 0) to `inside` (where it is not): the last
 * point found that is still outside, to ten digits of the distance.
 *
 * False position with the Illinois weights, every third step a bisection: about half of bisection's evaluations where
 * the function is smooth, and never more than 112, whatever it does.
 */
export function crossing(outside: number, inside: number, excess: (value: number) => number): number {
  let out = outside
  let within = inside
  let outExcess = excess(out)
  let withinExcess = excess(within)
  const enough = Math.abs(within - out) * 1e-10
  let lastMoved: 'out' | 'within' | null = null
  for (let i = 0; i < 110 && Math.abs(within - out) > enough; i++) {
    const fraction = i % 3 === 2 ? 0.5 : falsePosition(outExcess, withinExcess)
    const middle = out + (within - out) * fraction
    const middleExcess = excess(middle)
    if (middleExcess >= 0) {
      if (lastMoved === 'out') withinExcess /= 2
      out = middle
      outExcess = middleExcess
      lastMoved = 'out'
    } else {
      if (lastMoved === 'within') outExcess /= 2
      within = middle
      withinExcess = middleExcess
      lastMoved = 'within'
    }
  }
  return out
}

/** How far along the line from one value to the other is zero, never quite at an end; the middle where nobody knows. */
function falsePosition(outExcess: number, withinExcess: number): number {
  const fraction = outExcess / (outExcess - withinExcess)
  return Number.isNaN(fraction) ? 0.5 : Math.min(0.999, Math.max(0.001, fraction))
}
