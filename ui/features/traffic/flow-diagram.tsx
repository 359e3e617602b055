import { useComputedColorScheme } from '@mantine/core'
import { useRef } from 'react'
import { failingOf, rateOf } from './flow-words.ts'
import type { Flow } from './flows.ts'
import { pathOf, pointsOf } from './places.ts'
import styles from './traffic-page.module.css'
import { useDots } from './use-dots.ts'
import { useWidth } from './use-width.ts'

interface FlowDiagramProps {
  service: string
  flows: readonly Flow[]
}

/** Requests from the router to the clusters: every dot is some of them, red ones failed. Still when motion is unwanted. */
export function FlowDiagram({ service, flows }: FlowDiagramProps) {
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = useWidth(frame)
  const scheme = useComputedColorScheme('light')
  const points = pointsOf(width, flows.length)
  useDots(canvas, { flows, points, scheme })
  const label = flows.map(({ role, measured }) => `${role} ${measured ? rateOf(measured.rate) : 'not counted'}`)
  return (
    <div
      ref={frame}
      className={styles.diagram}
      style={{ height: points.height }}
      role="img"
      aria-label={`Traffic of ${service}: ${label.join(', ')}`}
    >
      <svg width={width} height={points.height} aria-hidden="true">
        <path d={pathOf(points.entry, points.router)} className={styles.line} data-role="entry" />
        {flows.map(({ role, weight }, index) => (
          <path
            key={role}
            d={pathOf(points.router, points.clusters[index]!)}
            className={styles.line}
            data-role={role}
            data-idle={weight === 0 || undefined}
            style={{ strokeWidth: weight === 0 ? 1.5 : 2 + (weight / 100) * 14 }}
          />
        ))}
      </svg>
      <canvas ref={canvas} />
      <span className={styles.node} style={{ left: points.router.x, top: points.router.y }}>
        router
      </span>
      {flows.map((flow, index) => (
        <span
          key={flow.role}
          className={styles.cluster}
          data-role={flow.role}
          style={{ left: points.clusters[index]!.x, top: points.clusters[index]!.y }}
        >
          <strong>{flow.role}</strong>
          <span>
            {flow.version}
            {flow.measured && ` · ${rateOf(flow.measured.rate)}`}
          </span>
          <span data-bad={(flow.measured?.failing ?? 0) > 0.01 || undefined}>{failingOf(flow.measured)} failing</span>
        </span>
      ))}
    </div>
  )
}
