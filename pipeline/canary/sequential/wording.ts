import type { Limits } from './interval.ts'

/** Numbers as people read them, the same in every locale. */

/** `0.0491` → `4.9 %`: two figures, or one decimal from 10 % on. */
export function percent(fraction: number): string {
  return `${figures(100 * fraction)} %`
}

/** A chosen percentage, in full: `0.98` → `98 %`, `0.9933` → `99.33 %`. */
export function share(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(4))} %`
}

/** Three figures, with thousands apart: `1234.5` → `1,230`. */
export function number(value: number): string {
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 1e15 ? String(rounded) : rounded.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/** Rounded down to 1, 2 or 5 of a power of ten: `7995` → `fewer than 1 canary in 5,000`. */
export function oneIn(evidence: number): string {
  const power = 10 ** Math.floor(Math.log10(Math.min(evidence, 1e6)))
  const step = [5, 2, 1].find(times => times * power <= evidence) ?? 1
  return `fewer than 1 canary in ${number(Math.min(1e6, step * power))}`
}

/** A range of a difference: `between 0.30 points better and 1.4 points worse`. Null when it has no limit at all. */
export function inWords(
  { lower, upper }: Limits,
  words: { more: string; less: string },
  unit: 'points' | 'plain',
): string | null {
  const size = (value: number) => (unit === 'points' ? figures(100 * Math.abs(value)) : number(Math.abs(value)))
  const suffix = unit === 'points' ? ' points' : ''
  const side = (value: number) => `${size(value)}${suffix} ${value < 0 ? words.less : words.more}`
  if (lower === null && upper === null) return null
  // At most a negative amount worse is at least that amount better.
  if (lower === null) return `at ${upper! < 0 ? 'least' : 'most'} ${side(upper!)}`
  if (upper === null) return `at ${lower < 0 ? 'most' : 'least'} ${side(lower)}`
  if (lower < 0 && upper >= 0) return `between ${side(lower)} and ${side(upper)}`
  if (upper < 0) return `between ${size(upper)} and ${side(lower)}`
  return `between ${size(lower)} and ${side(upper)}`
}

function figures(value: number): string {
  if (value === 0) return '0'
  return value >= 10 ? String(Number(value.toFixed(1))) : trimmed(value.toPrecision(2))
}

/** `1.0e-7` as it is, `0.0050` as it is: the zeros say how exact it is. */
function trimmed(text: string): string {
  return text.includes('e') ? String(Number(text)) : text
}
