import { getExternalWorkflowHandle, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow'
import type { LockRequest } from '../activities/requests.ts'
import type { ServiceState } from '../activities/targets/target.ts'
import type { LockClaim } from './messages.ts'
import { keepWarm, lockBusy, lockGranted, lockId, releaseLock } from './messages.ts'
import { patches } from './patches.ts'
import type { LettingGo } from './recorder.ts'
import type { Carried, PlainWorld } from './temporal-world.ts'
import { settled } from './temporal-world.ts'
import type { Claim, Grant, Locks } from './world.ts'

interface Waiting {
  fence: number | null
  seen: ServiceState | null
  onWait(holder: string): void
}

export interface TemporalLocks extends Locks {
  /** Resolves when all that was let go is known to be: a run that ends before would keep it. */
  idle(): Promise<void>
  /** Those that are let go at this very moment, for the record that is written now; null: none are. */
  lettingGo(): LettingGo | null
}

/** A lock that is let go, and has not been told yet. */
interface Leaving {
  lock: LockRequest
  /** A record takes it along. */
  along: boolean
  /** Tells it, unless it was. */
  tell(): Promise<void>
  /** Somebody else has told it. */
  told(): void
  over: Promise<void>
}

/**
 * Claims locks of `targetLock` workflows for this execution. Make it once: it handles the locks' signals. `carry`: what
 * happened before a lock is let go needs no record of its own meanwhile; it takes a moment, and more follows.
 */
export function temporalLocks(world: PlainWorld, carry: () => Carried | null): TemporalLocks {
  const execution = workflowInfo().workflowId
  const waiting = new Map<string, Waiting>()
  let letting: Promise<unknown> = Promise.resolve()
  const going = new Set<Leaving>()

  /** By the record that is written at this moment, which is the run's last; without one, by a signal. */
  const letGo = async (lock: LockRequest): Promise<void> => {
    const one = leaving(lock)
    going.add(one)
    await settled()
    if (one.along) return one.over
    going.delete(one)
    await one.tell()
  }

  setHandler(lockGranted, ({ fence, ...claim }) => {
    const one = waiting.get(keyOf(claim))
    if (one !== undefined) one.fence = fence
    // Nobody waits for it (any more).
    else void world.shielded(() => tell(claim, lock => lock.signal(releaseLock, { execution, claim: claim.claim })))
  })
  setHandler(lockBusy, ({ holder, ...claim }) => waiting.get(keyOf(claim))?.onWait(holder))

  return {
    idle: async () => void (await letting),
    lettingGo() {
      const taken = [...going].filter(one => !one.along)
      if (taken.length === 0) return null
      for (const one of taken) one.along = true
      return {
        locks: taken.map(one => one.lock),
        done(isLetGo) {
          for (const one of taken) {
            going.delete(one)
            if (isLetGo) one.told()
            else void world.shielded(one.tell)
          }
        },
      }
    },
    async acquire(claim, onWait) {
      // A record can take as long as the store is down.
      for (const one of going) if (one.along) void world.shielded(one.tell)
      // Else it could find itself before it.
      if (world.patched(patches.lessAsked)) await letting
      const { target, service } = claim
      const own: LockClaim = { execution, claim: claim.claim }
      const release = () => {
        const carried = carry()
        const going = world.shielded(() =>
          world.patched(patches.atOnce)
            ? letGo({ target, service, ...own })
            : tell({ target, service }, lock => lock.signal(releaseLock, own)),
        )
        if (carried !== null) void going.then(carried.done)
        letting = Promise.all([letting, going])
        return going
      }
      const one: Waiting = { fence: null, seen: null, onWait }
      waiting.set(keyOf(claim), one)
      try {
        if (world.patched(patches.fewerTasks)) {
          // Not to be left alone while it may still get the lock.
          const locked = await world.shielded(() => world.activities.lock({ target, service, ...own }))
          one.fence ??= locked.fence
          one.seen = locked.state
          world.checkCanceled()
        } else await world.activities.requestLock({ target, service, ...own })
        await world.condition(() => one.fence !== null)
      } catch (error) {
        await release()
        throw error
      } finally {
        waiting.delete(keyOf(claim))
      }
      return granted(claim, own, one, { world, release })
    },
  }
}

function granted(
  claim: Claim,
  own: LockClaim,
  { fence, seen }: Waiting,
  { world, release }: { world: PlainWorld; release: () => Promise<void> },
): Grant {
  const { target, service } = claim
  return {
    ...claim,
    fence: fence!,
    seen,
    release,
    warm: until => world.shielded(() => tell({ target, service }, lock => lock.signal(keepWarm, own, until))),
  }
}

function leaving(lock: LockRequest): Leaving {
  const { target, service, ...claim } = lock
  let told = () => {}
  const over = new Promise<void>(resolve => {
    told = resolve
  })
  let telling: Promise<void> | null = null
  return {
    lock,
    along: false,
    over,
    told,
    tell() {
      telling ??= tell({ target, service }, to => to.signal(releaseLock, claim)).then(told)
      return telling
    },
  }
}

type Lock = ReturnType<typeof getExternalWorkflowHandle>

/** A lock that is gone needs not be told. */
async function tell(service: { target: string; service: string }, say: (lock: Lock) => Promise<void>): Promise<void> {
  try {
    await say(getExternalWorkflowHandle(lockId(service.target, service.service)))
  } catch (error) {
    if (isCancellation(error)) throw error
  }
}

function keyOf({ target, service, claim }: Claim): string {
  return JSON.stringify([target, service, claim])
}
