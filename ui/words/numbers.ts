/** Numbers as people read them; what is not a number is a dash, never a zero. */

/** A measured share: `0.0491` → `4.9 %`; two figures, one decimal from 10 % on, as the judge writes it. */
export function share(fraction: number): string {
  if (!Number.isFinite(fraction)) return '–'
  return `${figures(fraction * 100)}\u00a0%`
}

/** A chosen percentage, as short as it can be: `25` → `25 %`. Weights are percent already. */
export function percent(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return `${significant(value)}\u00a0%`
}

/** Three significant digits, no trailing zeros: `0.0123`, `12.3`, `1,230`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1_000) return whole(value)
  if (size > 0 && size < 0.001) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

/** `12345` → `12,345`. */
export function whole(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.round(value).toLocaleString('en-GB')
}

/** With its sign, so that a difference reads as one: `+4.1`, `−0.30`, `±0`. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '±0'
  return value > 0 ? `+${figures(value)}` : `−${figures(-value)}`
}

/** An e-value. JSON has no infinity: null is beyond what it can hold. */
export function evidence(value: number | null): string {
  if (value === null) return '> 10³⁰⁸'
  if (!Number.isFinite(value)) return '–'
  if (value >= 1e6) return `10${superscript(Math.floor(Math.log10(value)))}`
  if (value >= 100) return whole(value)
  return significant(value)
}

function figures(value: number): string {
  if (value === 0) return '0'
  if (value >= 1_000) return whole(value)
  if (value >= 10) return String(Number(value.toFixed(1)))
  return value < 0.001 ? value.toExponential(1) : value.toPrecision(2)
}

function superscript(value: number): string {
  return String(value).replace(/\d/g, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!)
}
