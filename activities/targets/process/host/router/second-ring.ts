/**
 * Counters by the second for the last `seconds` seconds, in one block of memory: a row a second, a column a counter.
 * Rows of seconds long gone are reused without being swept.
 */
export class SecondRing {
  readonly #columns: number
  readonly #seconds: number
  readonly #counts: Uint32Array
  /** Which second each row holds; -1 for none. */
  readonly #stamps: Float64Array

  constructor(columns: number, seconds: number) {
    this.#columns = columns
    this.#seconds = seconds
    this.#counts = new Uint32Array(columns * seconds)
    this.#stamps = new Float64Array(seconds).fill(-1)
  }

  add(second: number, column: number): void {
    const row = second % this.#seconds
    const start = row * this.#columns
    if (this.#stamps[row] !== second) {
      this.#counts.fill(0, start, start + this.#columns)
      this.#stamps[row] = second
    }
    this.#counts[start + column]!++
  }

  /** Sums of all columns over whole seconds, both ends included. */
  sum(first: number, last: number): number[] {
    const sums = new Array<number>(this.#columns).fill(0)
    for (let second = Math.max(first, last - this.#seconds + 1); second <= last; second++) {
      const row = second % this.#seconds
      if (this.#stamps[row] !== second) continue
      for (let column = 0; column < this.#columns; column++)
        sums[column]! += this.#counts[row * this.#columns + column]!
    }
    return sums
  }
}
