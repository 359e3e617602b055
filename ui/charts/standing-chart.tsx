import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import type { Standing } from '../features/execution/canary/standing.ts'
import { percent } from '../words/numbers.ts'
import { clock } from '../words/time.ts'
import { colorsOf } from './colors.ts'
import styles from './rate-chart.module.css'

const height = 190
const hues = ['--ink', '--person', '--accent', '--warn', '--preview', '--ink-faint'] as const

/** How near every metric is to being decided, between "worse" above and "no worse" below; the weight behind it. */
export function StandingChart({ standing }: { standing: Standing }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const index = Math.min(hovered ?? standing.at.length - 1, standing.at.length - 1)
  const names = standing.metrics.map(({ name }) => name).join()

  // biome-ignore lint/correctness/useExhaustiveDependencies: data reaches the plot by `setData` below
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const made = new uPlot(optionsOf(element, standing.metrics.length, setHovered), dataOf(standing), element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [names])

  useEffect(() => plot.current?.setData(dataOf(standing)), [standing])

  return (
    <>
      <div
        ref={place}
        className={styles.tall}
        role="img"
        aria-label="Evidence over time; the numbers are in the table"
      />
      <div className={styles.legend}>
        {standing.metrics.slice(0, 8).map(({ name, values }, at) => (
          <span key={name} data-hue={at % hues.length}>
            {name} <strong className="number">{wordsOf(values[index] ?? null)}</strong>
          </span>
        ))}
        {standing.metrics.length > 8 && <span>and {standing.metrics.length - 8} more</span>}
        <span data-line="weight">
          weight <strong className="number">{percent(standing.weight[index] ?? 0)}</strong>
        </span>
        <span className={styles.at}>{clock((standing.at[index] ?? 0) * 1_000)}</span>
      </div>
    </>
  )
}

/** `63 % of the way to worse` */
function wordsOf(value: number | null): string {
  if (value === null) return 'not judged'
  const way = percent(Math.round(Math.min(1, Math.abs(value)) * 100))
  if (value === 0) return 'nothing shown'
  return `${way} to ${value > 0 ? 'worse' : 'no worse'}`
}

function dataOf({ at, weight, metrics }: Standing): uPlot.AlignedData {
  return [at, weight, at.map(() => 1), at.map(() => -1), ...metrics.map(({ values }) => values)]
}

function optionsOf(element: HTMLElement, metrics: number, hover: (index: number | null) => void): uPlot.Options {
  const color = colorsOf(element)
  const axis = { stroke: color('--ink-faint'), font: `11px ${getComputedStyle(element).fontFamily}` }
  const limit = (name: string) => ({ stroke: color(name), width: 1, dash: [5, 4], points: { show: false } })
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 26, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 }, sync: { key: 'looks' } },
    scales: { y: { range: [-1.2, 1.2] }, weight: { range: [0, 100] } },
    axes: [
      {
        ...axis,
        ...{ grid: { show: false }, ticks: { show: false }, size: 26, space: 80 },
        values: (_, at) => at.map(seconds => clock(seconds * 1_000)),
      },
      {
        ...axis,
        ...{ grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, size: 64 },
        splits: [-1, 0, 1],
        values: () => ['no worse', '', 'worse'],
      },
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
      limit('--bad'),
      limit('--good'),
      ...Array.from({ length: metrics }, (_, at) => ({
        stroke: color(hues[at % hues.length]!),
        width: 2,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => hover(cursor.idx ?? null)] },
  }
}
