import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel'
import { Failure, Unavailable } from '../failures.ts'
import type { BreakerState, Breakers } from './breakers.ts'
import type { MetricProvider } from './provider.ts'

export interface Patience {
  /** Milliseconds that one answer may take, pings included. */
  timeout: number
  /** Times a query is asked again. */
  retries: number
  /** First pause before that. */
  pause: number
  /** Failures in a row after which the provider is left alone, and for how long. */
  breakAfter: number
  leaveAlone: number
  /** Where it is told how the breaker stands. */
  breakers?: Breakers
}

export const usualPatience: Patience = { timeout: 10_000, retries: 2, pause: 100, breakAfter: 10, leaveAlone: 15_000 }

/**
 * A provider that is asked with a time limit, asked again while there is a budget for it, and left alone for a while when
 * it only fails. What asking again cannot mend (`Invalid`) is neither tried again nor held against it.
 *
 * The budget: a retry costs one, an answer gives back a tenth, ten at most. So a provider that is down is asked little
 * more often than one that is up, however many metrics there are.
 */
export function resilient(name: string, provider: MetricProvider, patience = usualPatience): MetricProvider {
  const budget = retryBudget()
  const isPassing = (error: unknown) => !(error instanceof Failure) || error instanceof Unavailable
  let last = ''
  const again = retry(
    handleWhen(error => isPassing(error) && !(error instanceof BrokenCircuitError) && budget.allows()),
    { maxAttempts: patience.retries, backoff: new ExponentialBackoff({ initialDelay: patience.pause }) },
  )
  again.onRetry(() => budget.spend())
  const breaker = circuitBreaker(handleWhen(isPassing), {
    halfOpenAfter: patience.leaveAlone,
    breaker: new ConsecutiveBreaker(patience.breakAfter),
  })
  const policy = wrap(again, breaker)
  const { breakers } = patience
  breakers?.note(name, 'closed', null)
  breaker.onStateChange(state => breakers?.note(name, stateNames[state], last === '' ? null : last))
  // The breaker opens before whoever asked hears of it.
  breaker.onFailure(({ reason }) => {
    last = 'error' in reason ? messageOf(reason.error) : last
  })

  async function within<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = await policy.execute(async () => {
        signal.throwIfAborted()
        return inTime(name, ask, { signal, timeout: patience.timeout })
      }, signal)
      budget.giveBack()
      return answer
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw leftAlone(name, patience, last)
      last = messageOf(error)
      throw error
    }
  }

  return {
    ...provider,
    query: (query, window, signal) => within(inner => provider.query(query, window, inner), signal),
    // A person asks, and wants to know how it is now.
    ping: signal => inTime(name, inner => provider.ping(inner), { signal, timeout: patience.timeout }),
  }
}

const stateNames = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const satisfies Record<CircuitState, BreakerState>

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function leftAlone(name: string, { breakAfter, leaveAlone }: Patience, last: string): Unavailable {
  const seconds = Math.round(leaveAlone / 1_000)
  return new Unavailable(
    `metric provider ${name} failed ${breakAfter} times in a row and is left alone for ${seconds} s; the last time: ${last}`,
  )
}

/** Ends when the time is up, whether or not the provider listens to its signal. */
function inTime<T>(
  name: string,
  ask: (signal: AbortSignal) => Promise<T>,
  { signal, timeout }: { signal: AbortSignal; timeout: number },
): Promise<T> {
  const late = AbortSignal.timeout(timeout)
  const either = AbortSignal.any([signal, late])
  return new Promise((resolve, reject) => {
    const abort = () =>
      reject(
        new Unavailable(
          `metric provider ${name} did not answer ${late.aborted ? `within ${timeout / 1_000} s` : 'in time'}`,
        ),
      )
    if (either.aborted) return abort()
    either.addEventListener('abort', abort, { once: true })
    ask(either)
      .then(resolve, reject)
      .finally(() => either.removeEventListener('abort', abort))
  })
}

function retryBudget() {
  const most = 10
  let left = most
  return {
    allows: () => left >= 1,
    spend(): void {
      left -= 1
    },
    giveBack(): void {
      left = Math.min(most, left + 0.1)
    },
  }
}
