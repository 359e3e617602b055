/** A function's value and slope at one place. */
export interface Tangent {
  value: number
  slope: number
}

/**
 * The root of an increasing function between `low` and `high`: Newton's method, kept inside a bracket that shrinks with
 * every step, and halving the bracket where it would leave it. Stops when a step is below 1e-13, or after 200.
 */
export function increasingRoot(low: number, high: number, tangentAt: (x: number) => Tangent): number {
  let from = low
  let to = high
  let x = (low + high) / 2
  for (let step = 0; step < 200; step++) {
    const { value, slope } = tangentAt(x)
    if (value > 0) to = x
    else from = x
    const newton = x - value / slope
    const next = newton > from && newton < to ? newton : (from + to) / 2
    if (value === 0 || Math.abs(next - x) < 1e-13) return x
    x = next
  }
  return x
}
