import { latencyBounds } from '../../../../../pipeline/latency.ts'
import type { Counts } from '../protocol.ts'
import { SecondRing } from './second-ring.ts'

export { latencyBounds }

const remembered = 3_600
const buckets = latencyBounds.length + 1
/** Columns of a row: failures, then requests by latency, then abandoned requests by how long they had waited. */
const failures = 0
const answered = 1
const abandoned = answered + buckets

/** Requests of one version in one role, by the second, for the last hour. */
export class Series {
  /** Nothing is known of what came before. Epoch milliseconds. */
  readonly since: number
  #touched: number
  readonly #ring = new SecondRing(abandoned + buckets, remembered)

  constructor(now: number) {
    this.since = now
    this.#touched = now
  }

  /** When it was last written, epoch milliseconds. */
  get touched(): number {
    return this.#touched
  }

  answered(now: number, milliseconds: number): void {
    this.#add(now, answered + bucketOf(milliseconds))
  }

  failed(now: number, milliseconds: number): void {
    this.#add(now, answered + bucketOf(milliseconds))
    this.#add(now, failures)
  }

  abandoned(now: number, milliseconds: number): void {
    this.#add(now, abandoned + bucketOf(milliseconds))
  }

  /**
   * A second belongs to the window in which it *ends* (`from` < end ≤ `to`): so every second that is counted is over,
   * and windows that touch count each second once. Null when the window ends before anything is known.
   */
  counts(from: number, to: number, now: number): Counts | null {
    if (!(to > this.since) || !(to > now - remembered * 1_000)) return null
    const sums = this.#ring.sum(Math.floor(from / 1_000), Math.floor(to / 1_000) - 1)
    const latencies = sums.slice(answered, abandoned)
    return {
      requests: latencies.reduce((total, count) => total + count, 0),
      failures: sums[failures]!,
      bounds: latencyBounds,
      latencies,
      abandoned: sums.slice(abandoned),
    }
  }

  #add(now: number, column: number): void {
    this.#touched = now
    this.#ring.add(Math.floor(now / 1_000), column)
  }
}

function bucketOf(milliseconds: number): number {
  let bucket = 0
  while (bucket < latencyBounds.length && !(milliseconds <= latencyBounds[bucket]!)) bucket++
  return bucket
}
