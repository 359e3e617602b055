import type { ActivityOptions } from '@temporalio/workflow'
import { ActivityCancellationType } from '@temporalio/workflow'
import type { Activities } from '../activities/requests.ts'

/** What an activity may take: one attempt, and how soon a dead worker is noticed. */
interface Limits {
  attempt: number
  /** Milliseconds without a heartbeat after which the attempt counts as lost; absent: it gives none. */
  heartbeat?: number
  /** Whether a cancel waits until the activity has let go, so that what follows does not meet it. */
  letGo?: true
}

/** Milliseconds: a worker that was killed is missed after it, one that answers late (it says something every second) is not. */
const heartbeat = 10_000
const minute = 60_000
const day = 24 * 60 * minute

const limits: Record<keyof Activities, Limits> = {
  resolve: { attempt: 30_000, heartbeat },
  current: { attempt: 15_000, heartbeat },
  apply: { attempt: day, heartbeat, letGo: true },
  route: { attempt: 30_000, heartbeat },
  shift: { attempt: day, heartbeat, letGo: true },
  remove: { attempt: day, heartbeat, letGo: true },
  hold: { attempt: 10 * day, heartbeat, letGo: true },
  look: { attempt: 2 * minute, heartbeat },
  record: { attempt: 15_000 },
  requestLock: { attempt: 15_000 },
  lock: { attempt: minute, heartbeat },
  requestTurn: { attempt: 15_000 },
  holderLives: { attempt: 15_000 },
  leaveWord: { attempt: 15_000 },
  probe: { attempt: 30_000, heartbeat },
  earlierRelease: { attempt: 30_000, heartbeat },
  call: { attempt: 10 * minute, heartbeat },
  runJob: { attempt: 10 * day, heartbeat },
  endJob: { attempt: minute, heartbeat },
  notify: { attempt: 2 * minute, heartbeat },
  startPipeline: { attempt: 30_000, heartbeat },
  pipelineEnded: { attempt: 10 * day, heartbeat },
  cancelPipeline: { attempt: 15_000 },
  measure: { attempt: 30_000, heartbeat },
  settle: { attempt: 30 * minute, heartbeat },
}

/** Giving these up would help nobody: a record must arrive, a held canary is held until somebody decides. */
const endless: ReadonlySet<keyof Activities> = new Set([
  'record',
  'hold',
  'settle',
  'holderLives',
  'requestLock',
  'lock',
  'requestTurn',
  'leaveWord',
])

const longestPause = 5_000

/**
 * Which errors are tried again is said by the errors (`activities/failures.ts`); here is only for how long.
 *
 * Patience is counted in attempts, not by the clock: while no worker runs nothing is tried, and a stage must not end as
 * `errored` because Slipway itself was away.
 */
export function activityOptions(name: keyof Activities, patience: number): ActivityOptions {
  const { attempt, heartbeat, letGo } = limits[name]
  const attempts = Math.max(3, Math.ceil(patience / longestPause))
  return {
    startToCloseTimeout: attempt,
    ...(heartbeat === undefined ? {} : { heartbeatTimeout: heartbeat }),
    cancellationType: letGo
      ? ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
      : ActivityCancellationType.TRY_CANCEL,
    retry: {
      initialInterval: 200,
      backoffCoefficient: 2,
      maximumInterval: longestPause,
      ...(endless.has(name) ? {} : { maximumAttempts: attempts }),
    },
  }
}

export const activityNames = Object.keys(limits) as (keyof Activities)[]
