/** A line chart as data: enough to draw it again without simulating. */
export interface Chart {
  title: string
  x: Axis
  y: Axis
  lines: readonly Line[]
  /** A level to compare with, such as the configured rate. */
  level?: { y: number; label: string }
}

export interface Axis {
  label: string
  from: number
  to: number
  ticks: readonly number[]
  scale: 'linear' | 'log'
  unit: '%' | ''
}

export interface Line {
  label: string
  /** Dots without a line between them: measured elsewhere. */
  dots?: boolean
  points: readonly (readonly [x: number, y: number])[]
}

const width = 720
const height = 460
/** The legend stands above the frame, where no line can cross it. */
const frame = { left: 64, right: 24, top: 120, bottom: 52 }
/** Legible on light and on dark ground; told apart without colour by their dashes. */
const strokes = [
  { light: '#0b62b8', dark: '#6cb6ff', dash: '' },
  { light: '#b3460b', dark: '#ffa657', dash: '7 4' },
  { light: '#1a7f37', dark: '#56d364', dash: '2 4' },
  { light: '#8250df', dark: '#d2a8ff', dash: '9 3 2 3' },
] as const

/** Draws a chart as SVG that fits light and dark pages. */
export function chartSvg(chart: Chart): string {
  const { x, y, lines, level } = chart
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)}">`,
    `<style>${style(lines.length)}</style>`,
    text(frame.left, 22, chart.title, 'title'),
    ...y.ticks.map(tick => gridLine(frame.left, at(y, tick, 'y'), width - frame.right, at(y, tick, 'y'))),
    ...y.ticks.map(tick => text(frame.left - 8, at(y, tick, 'y') + 4, tickLabel(tick, y), 'end')),
    ...x.ticks.map(tick => text(at(x, tick, 'x'), height - frame.bottom + 20, tickLabel(tick, x), 'middle')),
    text((frame.left + width - frame.right) / 2, height - 10, x.label, 'middle'),
    `<text class="middle" transform="translate(16 ${(frame.top + height - frame.bottom) / 2}) rotate(-90)">${escaped(y.label)}</text>`,
    ...(level ? levelLine(level, y) : []),
    ...lines.map((line, index) => lineOf(line, index, chart)),
    ...lines.map((line, index) => legendOf(line, index)),
    '</svg>',
  ]
  return `${parts.join('\n')}\n`
}

function style(lines: number): string {
  const used = strokes.slice(0, lines)
  const colours = (mode: 'light' | 'dark') =>
    used.map((stroke, i) => `.l${i}{stroke:${stroke[mode]}}.d${i}{fill:${stroke[mode]};stroke:none}`).join('')
  return [
    'text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}',
    '.grid{stroke:#8c959f;stroke-opacity:.35}.level{stroke:#8c959f;stroke-dasharray:3 3}path{fill:none;stroke-width:2}',
    colours('light'),
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}${colours('dark')}}`,
  ].join('')
}

function at(axis: Axis, value: number, which: 'x' | 'y'): number {
  const place = (v: number) => (axis.scale === 'log' ? Math.log(v) : v)
  const share = (place(value) - place(axis.from)) / (place(axis.to) - place(axis.from))
  const inside = Math.min(1, Math.max(0, share))
  const pixels =
    which === 'x'
      ? frame.left + inside * (width - frame.left - frame.right)
      : height - frame.bottom - inside * (height - frame.top - frame.bottom)
  return Number(pixels.toFixed(1))
}

function lineOf({ points, dots }: Line, index: number, { x, y }: Chart): string {
  const places = points.map(([px, py]) => [at(x, px, 'x'), at(y, py, 'y')] as const)
  const marks = places
    .map(([px, py]) => `<circle class="d${index}" cx="${px}" cy="${py}" r="${dots ? 5 : 3}"/>`)
    .join('')
  if (dots) return marks
  const path = places.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px} ${py}`).join('')
  return `<path class="l${index}" stroke-dasharray="${strokes[index]!.dash}" d="${path}"/>${marks}`
}

function legendOf({ label, dots }: Line, index: number): string {
  const y = 42 + 18 * index
  const x = frame.left
  const sign = dots
    ? `<circle class="d${index}" cx="${x + 14}" cy="${y}" r="5"/>`
    : `<path class="l${index}" stroke-dasharray="${strokes[index]!.dash}" d="M${x} ${y}h28"/>`
  return sign + text(x + 36, y + 4, label, '')
}

function levelLine(level: { y: number; label: string }, axis: Axis): string[] {
  const y = at(axis, level.y, 'y')
  return [
    `<line class="level" x1="${frame.left}" y1="${y}" x2="${width - frame.right}" y2="${y}"/>`,
    text(width - frame.right, y - 6, level.label, 'end'),
  ]
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${escaped(content)}</text>`
}

function tickLabel(value: number, { unit }: Axis): string {
  return unit === '%' ? `${Number((100 * value).toFixed(2))} %` : value.toLocaleString('en-US')
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
