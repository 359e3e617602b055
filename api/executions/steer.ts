import type { Execution } from '../../pipeline/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Store } from '../../store/store.ts'
import type { RefusalKind } from '../../workflows/judgment/refused.ts'
import type { Message } from '../../workflows/messages.ts'
import type { Accepted } from '../contract/execution.ts'
import type { ProblemKind } from '../contract/problem.ts'
import { type Engine, MessageRefused, type Update } from '../engine/engine.ts'
import { Refusal } from '../http/refusal.ts'
import { within } from '../within.ts'
import { rollbackRequest } from './linked-rollback.ts'
import { retryEnded } from './retry.ts'
import type { Starter } from './start.ts'

export interface Steering {
  cancel(execution: string, message: Message): Promise<Accepted>
  rollback(execution: string, message: Message): Promise<Accepted>
  /** What the run can refuse; `id` makes a repeated request one message. */
  ask(execution: string, update: Update, message: Message, id: string): Promise<Execution>
  /** A new attempt of a run that has ended. */
  retry(execution: string, message: Message): Promise<Execution>
}

/** Milliseconds the store may hold up a cancel or rollback. */
const patience = 500

export interface SteeringDependencies {
  store: Store
  engine: Engine
  starter: Starter
  now: () => Date
}

/** What people can say to a run. Cancel and rollback reach a run that is there even while the store is down. */
export function createSteering({ store, engine, starter, now }: SteeringDependencies): Steering {
  /**
   * Delivers to a run that is there; one that was accepted but not started yet is started for it. Resolves with the run
   * when it has ended instead. A workflow lives on for a moment after its end was recorded, and would take the message
   * for itself: so the store is asked first, but not waited for.
   */
  async function deliver(execution: string, signal: 'cancel' | 'rollback', message: Message) {
    const known = await within(patience, store.get(execution))
    if (known !== null && isFinal(known.status)) return known
    const first = await engine.signal(execution, signal, message)
    if (first === 'delivered') return null
    const recorded = await store.get(execution)
    if (recorded === null) throw new Refusal('not-found', `there is no execution ${execution}`)
    if (isFinal(recorded.status)) return recorded
    const input = await store.input(execution)
    if (input === null) return recorded
    const second = await engine.startWithSignal(input, signal, message)
    return second === 'delivered' ? null : await store.get(execution)
  }

  return {
    async cancel(execution, message) {
      const ended = await deliver(execution, 'cancel', message)
      if (ended !== null)
        throw new Refusal('already-ended', `${execution} has ended (${ended.status}); there is nothing to cancel`)
      return { execution, linked: false }
    },

    async rollback(execution, message) {
      const ended = await deliver(execution, 'rollback', message)
      if (ended === null) return { execution, linked: false }
      const request = await rollbackRequest(store, ended, message, now())
      const { execution: linked } = await starter.startPrepared(request)
      return { execution: linked.id, linked: true }
    },

    async ask(execution, update, message, id) {
      // A decision that could not be recorded is not taken.
      await store.ping()
      try {
        return await engine.ask(execution, update, message, id)
      } catch (error) {
        if (!(error instanceof MessageRefused)) throw error
        if (error.why !== 'ended') throw new Refusal(problems[error.why], error.message)
        if ((await store.get(execution)) === null) throw new Refusal('not-found', `there is no execution ${execution}`)
        throw new Refusal('already-ended', `${execution} has ended; there is nothing to ${update}`)
      }
    },

    async retry(execution, message) {
      const ended = await store.get(execution)
      if (ended === null) throw new Refusal('not-found', `there is no execution ${execution}`)
      return retryEnded({ store, starter, now }, ended, message)
    },
  }
}

const problems = {
  Refused: 'refused',
  Stale: 'stale',
  NotAllowed: 'forbidden',
  InvalidAnswer: 'invalid-answer',
} as const satisfies Record<RefusalKind, ProblemKind>
