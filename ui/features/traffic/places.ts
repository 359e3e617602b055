export interface Point {
  x: number
  y: number
}

export interface Points {
  width: number
  height: number
  entry: Point
  router: Point
  clusters: Point[]
}

const row = 92

/** Where things are: requests come in from the left, clusters stand below each other on the right. */
export function pointsOf(width: number, clusters: number): Points {
  const height = Math.max(1, clusters) * row + 16
  const middle = height / 2
  const wide = width > 560
  return {
    ...{ width, height },
    entry: { x: 0, y: middle },
    router: { x: width * (wide ? 0.28 : 0.2), y: middle },
    clusters: Array.from({ length: clusters }, (_, index) => ({
      x: wide ? width - 200 : width - 132,
      y: 8 + row * (index + 0.5),
    })),
  }
}

/** A curve that leaves and arrives level. */
export function pathOf(from: Point, to: Point): string {
  const bend = (to.x - from.x) / 2
  return `M ${from.x} ${from.y} C ${from.x + bend} ${from.y}, ${to.x - bend} ${to.y}, ${to.x} ${to.y}`
}

/** A point of that curve; `t` from 0 to 1. */
export function along(from: Point, to: Point, t: number): Point {
  const bend = (to.x - from.x) / 2
  const s = 1 - t
  const mix = (a: number, b: number, c: number, d: number) =>
    s ** 3 * a + 3 * s ** 2 * t * b + 3 * s * t ** 2 * c + t ** 3 * d
  return { x: mix(from.x, from.x + bend, to.x - bend, to.x), y: mix(from.y, from.y, to.y, to.y) }
}
