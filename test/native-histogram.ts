/** How Prometheus is told that what follows is `io.prometheus.client.MetricFamily`, each with its length before it. */
export const nativeHistogramType =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'

/**
 * One native histogram of schema 0, whose buckets are from one power of two to the next: `counts` from the one that ends at
 * two to the power of `lowest`. Text cannot say it.
 */
export function nativeHistogram(name: string, { lowest, counts }: { lowest: number; counts: number[] }): Buffer {
  const deltas = counts.map((count, index) => count - (counts[index - 1] ?? 0))
  const histogram = Buffer.concat([
    number(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    ),
    double(2, 1),
    number(5, zigzag(0)),
    double(6, 1e-9),
    number(7, 0),
    message(12, Buffer.concat([number(1, zigzag(lowest)), number(2, counts.length)])),
    ...deltas.map(delta => number(13, zigzag(delta))),
  ])
  const typeHistogram = number(3, 4)
  const family = Buffer.concat([message(1, Buffer.from(name)), typeHistogram, message(4, message(7, histogram))])
  return Buffer.concat([varint(family.length), family])
}

/** Protocol Buffers, as far as it takes. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)])
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([varint(field * 8 + 1), bytes])
}

function message(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes])
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}
