import { type RefObject, useEffect, useRef } from 'react'
import { type Role, roles } from '../../../pipeline/clusters.ts'
import { colorsOf } from '../../charts/colors.ts'
import { dotRates, type Flow } from './flows.ts'
import { along, type Point, type Points } from './places.ts'

interface Scene {
  flows: readonly Flow[]
  points: Points
  /** Colours are read anew when it changes. */
  scheme: string
}

interface Dot {
  flow: number
  failed: boolean
  /** From 0 at the left to 2 at the cluster; 1 is the router. */
  at: number
}

/** Ways a dot goes in a second. */
const speed = 0.9

/** Draws moving dots while the page is seen and motion is wanted; nothing moves otherwise. */
export function useDots(canvas: RefObject<HTMLCanvasElement | null>, scene: Scene): void {
  const newest = useRef(scene)
  newest.current = scene
  const { scheme, points } = scene

  // biome-ignore lint/correctness/useExhaustiveDependencies: begins anew for other colours and another size
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const ratio = window.devicePixelRatio
    element.width = points.width * ratio
    element.height = points.height * ratio
    element.style.width = `${points.width}px`
    element.style.height = `${points.height}px`
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    const color = colorsOf(element)
    const colors: Partial<Record<Role | 'failed', string>> = {
      ...Object.fromEntries(roles.map(role => [role, color(`--${role}`)])),
      failed: color('--dot-failed'),
    }
    const dots: Dot[] = []
    let due: number[] = []
    let before = performance.now()
    let frame = requestAnimationFrame(draw)

    function draw(now: number): void {
      const seconds = Math.min(0.5, (now - before) / 1_000)
      before = now
      const { flows, points: places } = newest.current
      due = dotRates(flows).map((rate, index) => (due[index] ?? 0) + rate * seconds)
      due.forEach((_, flow) => {
        for (; due[flow]! >= 1; due[flow]! -= 1) dots.push(newDot(flow, flows))
      })
      context!.setTransform(ratio, 0, 0, ratio, 0, 0)
      context!.clearRect(0, 0, places.width, places.height)
      for (const dot of dots) {
        dot.at += speed * seconds
        const place = placeOf(dot, places)
        const paint = dot.failed ? colors.failed : colors[flows[dot.flow]?.role ?? 'stable']
        if (place !== null && paint) drawDot(context!, place, paint, dot.failed ? 4.5 : 3.5)
      }
      while (dots.length > 0 && dots[0]!.at >= 2) dots.shift()
      frame = requestAnimationFrame(draw)
    }

    return () => cancelAnimationFrame(frame)
  }, [scheme, points.width, points.height])
}

function newDot(flow: number, flows: readonly Flow[]): Dot {
  // Only for the eye: which dots are red is by chance, how many is not.
  return { flow, failed: Math.random() < (flows[flow]?.measured?.failing ?? 0), at: -Math.random() * 0.1 }
}

function placeOf({ at, flow }: Dot, { entry, router, clusters }: Points): Point | null {
  const cluster = clusters[flow]
  if (at < 0 || cluster === undefined) return null
  return at < 1 ? along(entry, router, at) : along(router, cluster, Math.min(1, at - 1))
}

function drawDot(context: CanvasRenderingContext2D, { x, y }: Point, color: string, radius: number): void {
  context.fillStyle = color
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}
