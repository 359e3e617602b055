import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Chart, chartSvg } from './statistics/chart.ts'
import { plots } from './statistics/plots.ts'

/**
 * `npx node bench/judging-plots.ts [--redraw]`: simulates the plots of docs/judging.md anew and writes them, with their
 * data; `--redraw` only draws the data that is there.
 */
const folder = join(import.meta.dirname, '../docs/judging')
const canaries = 2_000

mkdirSync(folder, { recursive: true })
const old: Record<string, Chart> | null = process.argv.includes('--redraw')
  ? JSON.parse(readFileSync(join(folder, 'plots.json'), 'utf8')).charts
  : null
const charts: Record<string, Chart> = {}
for (const [name, draw] of Object.entries(plots)) {
  const chart = old?.[name] ?? draw(canaries)
  charts[name] = chart
  writeFileSync(join(folder, `${name}.svg`), chartSvg(chart))
  console.error(`docs/judging/${name}.svg`)
}
writeFileSync(join(folder, 'plots.json'), `${JSON.stringify({ canaries, charts }, null, 2)}\n`)
