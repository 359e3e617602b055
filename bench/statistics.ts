import { writeProof } from '../test/proof/proof.ts'
import { cells } from './statistics/cells.ts'
import { type Measured, measure, shownAs } from './statistics/measure.ts'

/**
 * `npm run bench -- statistics [--quick] [--write]`: false alarms and power of the sequential judge by simulation, one
 * JSON line a figure, then a table beside the original's figures and the requirement; ends with 1 when one is missed.
 * The full form takes a few minutes; `--quick` is a tenth of it, `--write` keeps its figures in docs/proof.
 */
const seed = 1
const quick = process.argv.includes('--quick')

const all: Measured[] = []
for (const [index, cell] of cells.entries()) {
  const canaries = quick ? cell.canaries / 10 : cell.canaries
  // A slice is judged with three standard errors of slack; the whole as it is.
  for (const figure of measure(cell, canaries, { seed: seed + index, slack: quick ? 3 : 0 })) {
    all.push(figure)
    console.log(JSON.stringify(figure))
  }
}

const width = Math.max(...all.map(({ cell }) => cell.length))
const line = (...columns: string[]) => console.log(columns.join('  '))
line('\n'.padEnd(width + 1), 'figure'.padEnd(12), 'original'.padEnd(10), 'required'.padEnd(12), 'measured')
for (const { cell, what, value, unit, original, required, met } of all)
  line(
    cell.padEnd(width),
    what.padEnd(12),
    shownAs(original, unit).padEnd(10),
    required.padEnd(12),
    `${shownAs(value, unit)}${met ? '' : '  MISSED'}`,
  )

if (process.argv.includes('--write') && !quick)
  writeProof(
    'statistics',
    seed,
    Object.fromEntries(all.map(({ cell, what, value }) => [`${cell}: ${what}`, value ?? 'none'])),
  )
process.exitCode = all.every(({ met }) => met) ? 0 : 1
