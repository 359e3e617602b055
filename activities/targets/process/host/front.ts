import { Refused } from '../../../failures.ts'
import { freePort, listenersOn } from '../../../processes/ports.ts'
import type { Router } from './router/router.ts'

const portsTried = 5
const reopenEvery = 250

/** The port clients know a service by, and its keeping. */
export class Front {
  readonly #router: Router
  /** 0 before the service was ever reached. */
  #port: number
  #problem: string | null = null
  readonly #closed = new AbortController()

  constructor(router: Router, port: number) {
    this.#router = router
    this.#port = port
  }

  get port(): number {
    return this.#port
  }

  get url(): string | null {
    return this.#port === 0 ? null : `http://127.0.0.1:${this.#port}`
  }

  /** Why nobody can reach it, though they should; else null. */
  get problem(): string | null {
    return this.#problem
  }

  /** Listens on the configured port, or on a free one that it keeps from then on. */
  async open(configured: number, service: string): Promise<void> {
    if (this.#port !== 0 && (configured === 0 || configured === this.#port)) return
    for (let attempt = 1; ; attempt++) {
      const port = configured === 0 ? await freePort() : configured
      try {
        this.#port = await this.#router.listen(port)
        this.#problem = null
        return
      } catch (error) {
        if (configured === 0 && attempt < portsTried) continue
        throw new Refused(`${service}: its router cannot listen: ${explain(port, error)}`)
      }
    }
  }

  /** Takes the old port again, however long that takes: clients know no other. */
  async reopen(): Promise<void> {
    if (this.#port === 0 || this.#closed.signal.aborted) return
    try {
      await this.#router.listen(this.#port)
      this.#problem = null
    } catch (error) {
      this.#problem = `the router cannot listen: ${explain(this.#port, error)}`
      setTimeout(() => this.reopen(), reopenEvery).unref()
    }
  }

  async close(within: number): Promise<void> {
    this.#closed.abort()
    await this.#router.close(within)
  }
}

function explain(port: number, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  const others = (listenersOn(port) ?? []).filter(pid => pid !== process.pid)
  const holders = others.length > 0 ? ` (process ${others.join(', ')} listens there)` : ''
  return `port ${port} cannot be had${holders}: ${reason}; free it or configure another`
}
