import type { Cell, Figure } from './cells.ts'
import { simulate } from './simulate.ts'

/** One measured figure beside the original's and the requirement. */
export interface Measured {
  cell: string
  what: string
  value: number | null
  canaries: number
  unit: Figure['unit']
  original: number | null
  required: string
  met: boolean
}

/** Simulates one cell. `slack` widens the requirement by so many standard errors; 0 takes the figure as it is. */
export function measure(cell: Cell, canaries: number, { seed, slack }: { seed: number; slack: number }): Measured[] {
  const outcome = simulate(cell.situation, canaries, seed)
  return cell.figures.map(figure => {
    const value = figure.of(outcome)
    return {
      cell: cell.name,
      what: figure.what,
      value,
      canaries,
      unit: figure.unit,
      original: figure.original,
      required: requirementOf(figure),
      met: isMet(figure, value, canaries, slack),
    }
  })
}

function isMet(figure: Figure, value: number | null, canaries: number, slack: number): boolean {
  if (value === null) return false
  const room = (share: number) => (figure.unit === 'share' ? slack * Math.sqrt((share * (1 - share)) / canaries) : 0)
  if (figure.atMost !== undefined) return value <= figure.atMost + room(figure.atMost)
  return value >= figure.atLeast! - room(figure.atLeast!)
}

function requirementOf({ atMost, atLeast, unit }: Figure): string {
  const shown = (value: number) => shownAs(value, unit)
  return atMost === undefined ? `≥ ${shown(atLeast!)}` : `≤ ${shown(atMost)}`
}

/** `0.0123` → `1.23 %`; `36` → `36 looks`. */
export function shownAs(value: number | null, unit: Figure['unit']): string {
  if (value === null) return '–'
  return unit === 'share' ? `${Number((100 * value).toFixed(2))} %` : `${value} looks`
}
