/** Node's timers hold no more than 2^31 - 1 milliseconds. */
const longestTimer = 2_147_483_647

/**
 * A deadline on the wall clock, so that it holds over a restart. `expired` is called once, soon after it has passed,
 * unless it was set anew or cleared before.
 */
export class Lease {
  #until: number | null = null
  #timer: NodeJS.Timeout | undefined
  readonly #expired: () => void

  constructor(expired: () => void) {
    this.#expired = expired
  }

  get until(): number | null {
    return this.#until
  }

  /** Epoch milliseconds; null is no lease. */
  set(until: number | null): void {
    clearTimeout(this.#timer)
    this.#until = until
    if (until !== null) this.#wait(until)
  }

  /** Stops waiting, without forgetting the deadline: the next host goes on with it. */
  suspend(): void {
    clearTimeout(this.#timer)
  }

  #wait(until: number): void {
    const left = until - Date.now()
    this.#timer = setTimeout(() => this.#look(until), Math.min(Math.max(left, 0), longestTimer))
  }

  #look(until: number): void {
    if (Date.now() < until) {
      this.#wait(until)
      return
    }
    this.#until = null
    this.#expired()
  }
}
