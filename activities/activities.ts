import { CancelledFailure, Context } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { WithStartWorkflowOperation, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client'
import type { Firings } from '../store/firings.ts'
import type { Store } from '../store/store.ts'
import {
  acquireLock,
  claimLock,
  joinQueue,
  lockId,
  pipelineQueueType,
  queueId,
  releaseLock,
  targetLockType,
  taskQueue,
} from '../workflows/messages.ts'
import { toActivityFailure } from './activity-failure.ts'
import { recordsAlongside } from './alongside.ts'
import type { Attempt } from './effects.ts'
import { keeping, lettingGo, opOf, routeAndCheck } from './effects.ts'
import { NotFound, Unavailable } from './failures.ts'
import { look } from './look.ts'
import { pinImages } from './pin-images.ts'
import { refuseQuarantined } from './quarantine.ts'
import type { Providers } from './read-metrics.ts'
import { noRegistries, type Registries } from './registries/registry.ts'
import { remove } from './remove.ts'
import type { Activities, LockRequest, ServiceRef, Unrecorded } from './requests.ts'
import { resolve } from './resolve.ts'
import { settle } from './settle.ts'
import { shift } from './shift.ts'
import type { StageResources } from './stage-activities.ts'
import { stageActivities } from './stage-activities.ts'
import { saneTarget } from './targets/sane.ts'
import type { Target } from './targets/target.ts'

export interface ActivityResources extends StageResources {
  targets: Readonly<Record<string, Target>>
  providers: Providers
  /** Of images; without any, tags stay tags. */
  registries?: Registries
  store: Pick<Store, 'record' | 'list' | 'quarantined'>
  /** Where times of schedules wait for a server; a worker without it runs none. */
  firings?: Pick<Firings, 'put'>
  client: Client
  now?: () => number
  /** Instances of a service's first cluster. */
  instances?: (target: string, service: string) => number
  /** Where locks run, and how often they look around. */
  locks?: { taskQueue?: string; timings?: Readonly<Record<string, number>> }
}

/** Milliseconds the store has to take what a look saw; later the workflow keeps it. */
const recordingTime = 250
const heartbeatEvery = 1_000
/** Milliseconds to look at a service that was just locked; later the run asks itself. */
const lookingTime = 5_000
/** Milliseconds for all registries together; less than the attempt that asks. */
const askingTime = 20_000

/** Everything with a side effect, for one worker. Each is idempotent by the id of its effect. */
export function createActivities(resources: ActivityResources): Activities {
  const {
    targets,
    providers,
    registries = noRegistries,
    store,
    firings,
    client,
    now = Date.now,
    instances = () => 2,
    locks = {},
  } = resources

  const target = (name: string): Target => {
    const found = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (found !== undefined) return saneTarget(name, found)
    throw new NotFound(`there is no target "${name}"; known are ${Object.keys(targets).join(', ') || 'none'}`)
  }

  const lockOf = ({ target, service }: ServiceRef) => ({
    workflowId: lockId(target, service),
    taskQueue: locks.taskQueue ?? taskQueue,
    args: [{ target, service }, locks.timings ?? {}],
  })

  const requestLock = async ({ target, service, ...claim }: LockRequest): Promise<void> => {
    const to = lockOf({ target, service })
    await client.workflow.signalWithStart(targetLockType, { ...to, signal: acquireLock, signalArgs: [claim] })
  }

  /** A lock that cannot answer (it is just ending, or of a version before) is left a signal; whether it was asked is certain then. */
  const claimed = async (request: LockRequest, abort: AbortSignal): Promise<number | null> => {
    const { target, service, ...claim } = request
    const { activityId, workflowExecution } = Context.current().info
    const start = { ...lockOf({ target, service }), workflowIdConflictPolicy: 'USE_EXISTING' } as const
    const ask = () =>
      client.workflow.executeUpdateWithStart(claimLock, {
        updateId: `${workflowExecution?.runId}/${activityId}`,
        args: [claim],
        startWorkflowOperation: new WithStartWorkflowOperation(targetLockType, start),
      })
    try {
      return await client.withAbortSignal(abort, ask)
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error
      await requestLock(request)
      return null
    }
  }

  /** One that is gone holds nothing. */
  const letGo = async ({ target, service, ...claim }: LockRequest): Promise<void> => {
    try {
      await client.workflow.getHandle(lockId(target, service)).signal(releaseLock, claim)
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  }

  return guarded(store, {
    resolve: request =>
      beating(async () => {
        const pinned = await pinImages(resolve(request), request, registries, AbortSignal.timeout(askingTime))
        return refuseQuarantined(pinned, request, store, new Date(now()))
      }),
    current: ({ target: name, service, mirrors }) =>
      beating(async () => {
        if (mirrors) await target(name).mirrors?.(service)
        return target(name).current(service)
      }),
    apply: request =>
      beating(attempt => {
        const { role, release, service, keep, recreate, keepOld } = request
        const count = request.instances ?? instances(request.target, service)
        const how = { ...(recreate ? { recreate } : {}), ...(keepOld === false ? { keepOld } : {}) }
        const wanted = { role, release, instances: count, ...how }
        const work = () => target(request.target).apply(service, wanted, opOf(request, null, attempt))
        return keeping(work, { keep, target: target(request.target), request, attempt })
      }),
    route: request => beating(attempt => routeAndCheck(target(request.target), request, attempt)),
    shift: request =>
      beating(attempt => {
        const start = (service: string) => instances(request.target, service)
        return shift(target(request.target), request, attempt, { instances: start })
      }),
    remove: request => beating(attempt => remove(target(request.target), request, attempt)),
    hold: request =>
      beating(attempt => {
        const forever = () => new Promise<void>(() => {})
        return keeping(forever, { keep: request.keep, target: target(request.target), request, attempt })
      }, 0),
    look: request =>
      beating(({ signal }) =>
        look(request, {
          target: target(request.target),
          providers,
          record: seen => recordInTime(store, seen),
          now,
          signal,
        }),
      ),
    async record(batch, linger, locks = []) {
      await Promise.all([store.record(batch), ...locks.map(letGo)])
      // It is written, even if the lingering is cut short.
      if (linger > 0)
        await Context.current()
          .sleep(linger)
          .catch(() => {})
      return locks.length
    },
    requestLock,
    lock: request =>
      beating(async ({ signal }) => {
        const fence = await claimed(request, signal)
        if (fence === null) return { fence, state: null }
        const late = new Promise<null>(resolve => setTimeout(resolve, lookingTime, null).unref())
        const look = async () => target(request.target).current(request.service)
        return { fence, state: await Promise.race([look().catch(() => null), late]) }
      }),
    async requestTurn({ pipeline, ...run }) {
      await client.workflow.signalWithStart(pipelineQueueType, {
        workflowId: queueId(pipeline),
        taskQueue: locks.taskQueue ?? taskQueue,
        args: [pipeline, locks.timings ?? {}],
        signal: joinQueue,
        signalArgs: [run],
      })
    },
    async holderLives(execution) {
      try {
        const { status } = await client.workflow.getHandle(execution).describe()
        return status.name === 'RUNNING' || status.name === 'PAUSED'
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },
    ...stageActivities({ ...resources, target, beating }),
    async leaveWord({ id, pipeline, cron, parameters }) {
      if (firings === undefined) throw new Unavailable('this worker has no place for the times of schedules')
      const trigger = { type: 'schedule', by: `schedule:${pipeline}`, detail: cron } as const
      await firings.put({ id, pipeline, parameters, trigger })
    },
    settle: request => beating(attempt => settle(target(request.target), request, attempt, now())),
  })
}

/** Heartbeats while it works, and answers a cancel soon, whatever the work does. */
async function beating<T>(work: (attempt: Attempt) => Promise<T>, grace?: number): Promise<T> {
  const context = Context.current()
  let latest = ''
  const heartbeat = (message: string) => {
    latest = message
    context.heartbeat(latest)
  }
  const timer = setInterval(() => context.heartbeat(latest), heartbeatEvery)
  try {
    const attempt: Attempt = { number: context.info.attempt, signal: context.cancellationSignal, heartbeat }
    return await lettingGo(work(attempt), attempt.signal, grace)
  } catch (error) {
    if (!context.cancellationSignal.aborted) throw error
    // Only the attempt ends, not what was asked for: without this the run would take it for a cancel of its own.
    if (context.cancellationDetails?.workerShutdown) throw new Unavailable('its worker stops; another one goes on')
    throw new CancelledFailure(String(context.cancellationSignal.reason))
  } finally {
    clearInterval(timer)
  }
}

async function recordInTime(store: Pick<Store, 'record'>, { event, evidence }: Unrecorded): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the store is slow')), recordingTime)
  })
  try {
    await Promise.race([store.record({ snapshot: null, sequence: 0, events: [event], evidence }), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Every failure in the words that Temporal needs to know whether to try again. */
function guarded(store: Pick<Store, 'record'>, activities: Activities): Activities {
  const each = Object.entries(activities).map(([name, act]) => {
    const run = recordsAlongside(act, store)
    const guard = async (...request: unknown[]) => {
      try {
        return await run(...request)
      } catch (error) {
        throw toActivityFailure(error)
      }
    }
    return [name, guard]
  })
  return Object.fromEntries(each) as Activities
}
