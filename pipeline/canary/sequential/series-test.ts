import { logStudentCdf } from './special-functions.ts'

/** Shorter blocks than this do not wash out the correlation of neighbouring points. */
const shortestBlock = 5

/**
 * ln E of a block t-test of "the mean of d is at most 0": a large E says it is more.
 *
 * Points of a series follow each other closely; their means over blocks hardly do. The e-value is the one-sided
 * Bayes-factor t-test on block means (right Haar prior on the scale, half-normal of variance 1 on effect / sd), an
 * e-process for independent normal block means of unknown variance. With the block length taken from the data it is
 * approximate; see docs/judging.md for what was measured. E is 1 (ln E = 0) while there are fewer than two blocks.
 */
export function logSeriesE(d: readonly number[], block?: number): number {
  const scaled = scaleToOne(d)
  const phi = block === undefined ? lagOneCorrelation(scaled) : 0
  const length = block ?? blockLength(phi)
  const blocks = Math.floor(scaled.length / length)
  if (blocks < 2) return 0
  let sum = 0
  let squares = 0
  for (let j = 0; j < blocks; j++) {
    let mean = 0
    for (let i = j * length; i < (j + 1) * length; i++) mean += scaled[i]! / length
    sum += mean
    squares += mean * mean
  }
  if (!(phi > 0)) return logBlockE(blocks, sum, squares)
  // What correlation is left between blocks makes their mean scatter more than their spread shows.
  const inflation = 1 / (1 - (2 * phi * (1 - phi ** length)) / (length * (1 - phi * phi)))
  const residual = squares - (sum * sum) / blocks
  const corrected = sum / Math.sqrt(inflation)
  return logBlockE(blocks, corrected, residual + (corrected * corrected) / blocks)
}

/** ln E from the number k of block means, their sum S and the sum Q of their squares. */
export function logBlockE(k: number, sum: number, squares: number): number {
  if (squares === 0) return 0
  const g = 1 + k
  const rest = Math.max(squares - (sum * sum) / g, 1e-14 * squares)
  return (
    Math.LN2 +
    logStudentCdf(sum * Math.sqrt(k / (g * rest)), k) -
    0.5 * Math.log(g) +
    (k / 2) * Math.log(squares / rest)
  )
}

/** E does not depend on the unit; without one, squares of huge or tiny values cannot overflow or vanish. */
function scaleToOne(d: readonly number[]): readonly number[] {
  const largest = d.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  return largest > 0 ? d.map(value => value / largest) : d
}

/** Lag-1 autocorrelation about the mean, raised by its bias in short series, within 0 to 0.97; 0 of a constant. */
export function lagOneCorrelation(d: readonly number[]): number {
  const mean = d.reduce((sum, value) => sum + value / d.length, 0)
  let products = 0
  let squares = 0
  let previous = 0
  let constant = true
  for (const value of d) {
    const x = value - mean
    products += x * previous
    squares += x * x
    previous = x
    constant &&= value === d[0]
  }
  if (constant || squares === 0) return 0
  const phi = products / squares
  return Math.min(0.97, Math.max(0, phi + (1 + 3 * phi) / d.length))
}

/** L = ⌈2 / (1 − φ)⌉, at least 5. */
export function blockLength(phi: number): number {
  return Math.max(shortestBlock, Math.ceil(2 / (1 - phi) - 1e-9))
}
