import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Chart, chartSvg } from './statistics/chart.ts'
import { plots } from './statistics/plots.ts'

const docs = join(import.meta.dirname, '../docs')
const read = (path: string) => readFileSync(join(docs, path), 'utf8')

describe('the plots of docs/judging.md', () => {
  const { charts } = JSON.parse(read('judging/plots.json')) as { charts: Record<string, Chart> }

  it('have their data beside them, and the page shows each', () => {
    expect(Object.keys(charts)).toEqual(Object.keys(plots))
    const page = read('judging.md')
    for (const name of Object.keys(plots)) expect(page).toContain(`(judging/${name}.svg)`)
  })

  it.each(Object.keys(plots))('%s.svg is drawn from that data', name => {
    expect(read(`judging/${name}.svg`)).toBe(chartSvg(charts[name]!))
  })

  it('that need no simulation are up to date', () => {
    expect(JSON.parse(JSON.stringify(plots.traffic()))).toEqual(charts.traffic)
  })

  it('show rates of false alarms that were configured, with the default correction', () => {
    const [auto, none] = charts['false-alarms']!.lines
    for (const [, rate] of auto!.points) expect(rate).toBeLessThanOrEqual(0.02)
    expect(Math.max(...none!.points.map(([, rate]) => rate))).toBeGreaterThan(0.3)
  })
})
