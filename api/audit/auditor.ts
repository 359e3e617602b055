import type { Logger } from 'pino'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { AuditEntry, Store } from '../../store/store.ts'

export type AuditFacts = Omit<AuditEntry, 'at' | 'outcome'>

/** Writes down what was done and what was refused. */
export interface Auditor {
  /** Resolves when it is written; an answer that was given is in the log. */
  done(facts: AuditFacts): Promise<void>
  /** Soon, and only so many in a minute: a flood must not fill the store. How many were left out is written, too. */
  refused(facts: AuditFacts): void
  /** Resolves when what is under way is written. */
  settled(): Promise<void>
}

export interface RefusalBounds {
  /** Refusals of one actor that are written in a minute. */
  ofOne: number
  /** And of all together; nobody's name makes room for more. */
  ofAll: number
}

const usual: RefusalBounds = { ofOne: 20, ofAll: 120 }

export function createAuditor(
  store: Pick<Store, 'audit'>,
  { now, log, bounds = usual }: { now: () => Date; log: Logger; bounds?: RefusalBounds },
): Auditor {
  const byActor = new RateLimiterMemory({ points: bounds.ofOne, duration: 60 })
  const byAll = new RateLimiterMemory({ points: bounds.ofAll, duration: 60 })
  const open = new Set<Promise<unknown>>()
  let leftOut = 0

  const write = (facts: AuditFacts, outcome: AuditEntry['outcome']) =>
    store.audit({ ...facts, at: now().toISOString(), outcome })

  async function writeRefusal(facts: AuditFacts): Promise<void> {
    try {
      await byActor.consume(facts.actor)
      await byAll.consume('all')
    } catch {
      leftOut += 1
      return
    }
    const omitted = leftOut
    leftOut = 0
    await write(omitted === 0 ? facts : { ...facts, data: { ...facts.data, omittedBefore: omitted } }, 'refused')
  }

  return {
    done: async facts => void (await write(facts, 'allowed')),
    refused(facts) {
      const writing = writeRefusal(facts)
        .catch(error => log.warn({ err: error, facts }, 'a refusal is not in the audit log'))
        .finally(() => open.delete(writing))
      open.add(writing)
    },
    settled: async () => void (await Promise.allSettled(open)),
  }
}
