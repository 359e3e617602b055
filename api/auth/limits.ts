import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { LimitsConfiguration } from '../../pipeline/schema/configuration/limits.ts'
import { Refusal } from '../http/refusal.ts'

/** What is left to a caller: of so many requests, until so many seconds from now. */
export interface Allowance {
  limit: number
  remaining: number
  reset: number
}

/** How much one caller may take. Every method throws `too-many-requests`, with the time after which to come back. */
export interface Limits {
  /** A request of somebody who is known. */
  known(principal: string): Promise<Allowance>
  /** A request that needs no identity. */
  open(address: string): Promise<Allowance>
  /** Before an identity is looked up that is not known yet; `failed` afterwards, when it turned out to be none. */
  stranger(address: string): Promise<{ failed(): Promise<void> }>
  /** Before a password is checked; `failed` afterwards, when it was wrong. */
  login(address: string, name: string): Promise<{ failed(): Promise<void> }>
}

export function createLimits({ requests, strangers, open, logins }: LimitsConfiguration): Limits {
  const minute = (points: number) => new RateLimiterMemory({ points, duration: 60 })
  const byPrincipal = minute(requests)
  const byAddress = minute(open)
  const unknown = minute(strangers)
  const quarter = 15 * 60
  const byPair = new RateLimiterMemory({ points: logins, duration: quarter })
  // Guessing one password for many names, or from many addresses.
  const byGuesser = new RateLimiterMemory({ points: logins * 10, duration: quarter })
  const byName = new RateLimiterMemory({ points: logins * 20, duration: quarter })

  return {
    known: principal => take(byPrincipal, principal),
    open: address => take(byAddress, address),
    async stranger(address) {
      await refuseSpent(unknown, address)
      return { failed: async () => void (await take(unknown, address)) }
    },
    async login(address, name) {
      const pair = `${address} ${name}`
      const counted = [
        [byPair, pair],
        [byGuesser, address],
        [byName, name],
      ] as const
      for (const [limiter, key] of counted) await refuseSpent(limiter, key)
      return {
        async failed() {
          for (const [limiter, key] of counted) await take(limiter, key)
        },
      }
    },
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<Allowance> {
  const spent = await limiter.consume(key).catch(error => {
    throw error instanceof RateLimiterRes ? tooMany(error) : error
  })
  return { limit: limiter.points, remaining: spent.remainingPoints, reset: Math.ceil(spent.msBeforeNext / 1_000) }
}

async function refuseSpent(limiter: RateLimiterMemory, key: string): Promise<void> {
  const spent = await limiter.get(key)
  if (spent !== null && spent.consumedPoints >= limiter.points) throw tooMany(spent)
}

function tooMany({ msBeforeNext }: RateLimiterRes): Refusal {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000))
  return new Refusal('too-many-requests', `too many requests; come back in ${seconds} s`, {
    headers: { 'retry-after': String(seconds) },
  })
}
