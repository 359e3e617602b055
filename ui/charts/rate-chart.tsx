import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import { percent, share, significant } from '../words/numbers.ts'
import { clock } from '../words/time.ts'
import { colorsOf } from './colors.ts'
import styles from './rate-chart.module.css'

/** One entry a look; `at` in epoch seconds, ascending. Null draws a gap: no data is not zero. */
export interface Series {
  at: number[]
  baseline: (number | null)[]
  canary: (number | null)[]
  /** Percent of live traffic. */
  weight: number[]
}

export type Unit = 'share' | 'plain'

interface RateChartProps {
  name: string
  series: Series
  unit: Unit
  /** A guardrail's limit, in the unit of the series. */
  limit: number | undefined
}

const height = 176

/** Measured values as exact as they are, ticks as short as they can be. */
const writers = {
  share: { value: share, tick: value => percent(value * 100) },
  plain: { value: significant, tick: significant },
} as const satisfies Record<Unit, { value: (value: number) => string; tick: (value: number) => string }>

/** Baseline against canary over time, the canary's weight as ground behind it. Loaded only when there is one to draw. */
export function RateChart({ name, series, unit, limit }: RateChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const index = hovered ?? series.at.length - 1

  // biome-ignore lint/correctness/useExhaustiveDependencies: data and limit reach the plot by `setData` below
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const made = new uPlot(optionsOf(element, unit, setHovered), dataOf(series, limit), element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [unit])

  useEffect(() => plot.current?.setData(dataOf(series, limit)), [series, limit])

  const value = (of: (number | null)[]) => (of[index] == null ? 'no data' : writers[unit].value(of[index]))
  return (
    <>
      <div ref={place} className={styles.plot} role="img" aria-label={`${name} over time; the numbers are below`} />
      <div className={styles.legend}>
        <span data-line="baseline">
          baseline <strong className="number">{value(series.baseline)}</strong>
        </span>
        <span data-line="canary">
          canary <strong className="number">{value(series.canary)}</strong>
        </span>
        <span data-line="weight">
          weight <strong className="number">{percent(series.weight[index] ?? 0)}</strong>
        </span>
        <span className={styles.at}>{clock((series.at[index] ?? 0) * 1_000)}</span>
      </div>
    </>
  )
}

function dataOf({ at, baseline, canary, weight }: Series, limit: number | undefined): uPlot.AlignedData {
  return [at, weight, baseline, canary, at.map(() => limit ?? null)]
}

function optionsOf(element: HTMLElement, unit: Unit, hover: (index: number | null) => void): uPlot.Options {
  const color = colorsOf(element)
  const axis = { stroke: color('--ink-faint'), font: `11px ${getComputedStyle(element).fontFamily}` }
  const grid = { stroke: color('--line'), width: 1 }
  const line = (name: string) => ({ stroke: color(name), width: 2, points: { size: 5, fill: color(name) } })
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 26, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 }, sync: { key: 'looks' } },
    scales: { y: { range: rangeOf }, weight: { range: [0, 100] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { show: false },
        size: 26,
        space: 80,
        values: (_, at) => at.map(clockOf),
      },
      { ...axis, grid, ticks: { show: false }, size: 52, values: (_, values) => values.map(writers[unit].tick) },
    ],
    series: [
      {},
      {
        scale: 'weight',
        fill: color('--canary', 0.1),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.stepped?.({ align: -1 }),
      },
      line('--baseline'),
      line('--canary'),
      { stroke: color('--bad'), width: 1, dash: [5, 4], points: { show: false } },
    ],
    hooks: { setCursor: [({ cursor }) => hover(cursor.idx ?? null)] },
  }
}

/** From zero, unless values go below it, to a little above the values; a limit far above them would make them flat. */
function rangeOf({ data }: uPlot): uPlot.Range.MinMax {
  const [, , baseline, canary, limits] = data
  const values = [...baseline!, ...canary!].filter(value => typeof value === 'number')
  const high = values.reduce((most, value) => Math.max(most, value), 0)
  const low = values.reduce((least, value) => Math.min(least, value), 0)
  const limit = limits?.[0] ?? 0
  const top = 1.1 * Math.max(high, high > limit / 2 ? limit : 0) || 1
  return [low < 0 ? low * 1.1 : -0.02 * top, top]
}

function clockOf(seconds: number): string {
  return clock(seconds * 1_000)
}
