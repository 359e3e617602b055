import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'

/** What the clients of a service have seen. */
export interface Seen {
  sent: number
  answered: number
  /** Answers of the service itself that were errors (5xx with its version header). */
  errors: number
  /** No answer, or one that the service did not give: a client was left alone. */
  lost: number
  /** Answers by the version in `x-version`. */
  versions: Map<string, number>
  /** What was lost, by reason; for the person who has to find out why. */
  reasons: Map<string, number>
}

export interface Load {
  seen: Seen
  /** Waits for what is under way, then ends; resolves with the totals. */
  stop(): Promise<Seen>
}

/** Sends `rate` requests a second to a loopback URL, whether or not earlier ones were answered, until it is stopped. */
export function startLoad(url: string, rate: number): Load {
  const { hostname } = new URL(url)
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new Error(`load goes to loopback only, not to ${hostname}`)
  const agent = new Agent({ connections: 64, pipelining: 1 })
  const seen: Seen = { sent: 0, answered: 0, errors: 0, lost: 0, versions: new Map(), reasons: new Map() }
  const underWay = new Set<Promise<void>>()
  let running = true

  const send = async (): Promise<void> => {
    seen.sent += 1
    try {
      const response = await request(url, { dispatcher: agent, headersTimeout: 10_000, bodyTimeout: 10_000 })
      await response.body.dump()
      seen.answered += 1
      const version = response.headers['x-version']
      if (typeof version !== 'string') return lost(`status ${response.statusCode} without a version`)
      count(seen.versions, version)
      if (response.statusCode >= 500) seen.errors += 1
    } catch (error) {
      lost((error as Error & { code?: string }).code ?? String(error))
    }
  }
  const lost = (reason: string): void => {
    seen.lost += 1
    count(seen.reasons, reason)
  }
  const drive = async (): Promise<void> => {
    const start = performance.now()
    while (running) {
      const due = Math.floor(((performance.now() - start) / 1000) * rate)
      for (let n = seen.sent; n < due; n += 1) {
        const one = send().finally(() => underWay.delete(one))
        underWay.add(one)
      }
      await sleep(10)
    }
  }
  const driving = drive()
  let stopping: Promise<Seen> | null = null
  const finish = async (): Promise<Seen> => {
    await driving
    await Promise.all(underWay)
    await agent.close()
    return seen
  }

  return {
    seen,
    stop: () => {
      running = false
      stopping ??= finish()
      return stopping
    },
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
