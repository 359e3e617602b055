import { isCancellation, sleep } from '@temporalio/workflow'
import type { Unrecorded } from '../activities/requests.ts'
import type { AnalysisRequest, AnalysisResult } from './analysis.ts'
import { analyse } from './analysis.ts'
import { createOutbox } from './outbox.ts'
import { createRecorder } from './recorder.ts'
import { isDue, renew } from './renewal.ts'
import { activitiesFor, shielded } from './temporal-world.ts'
import { defaultTimings } from './timings.ts'

/** What looks could not record stays this small, so that it can be handed on. */
const carried = 24_000

/** Watches one step of a canary: one activity a look, no message to the run. */
export async function canaryAnalysis(request: AnalysisRequest, left: Unrecorded[] = []): Promise<AnalysisResult> {
  const patient = activitiesFor(defaultTimings.undoPatience)
  const outbox = createOutbox(carried)
  const recorder = createRecorder({ now: Date.now, sleep, patient, shielded }, outbox, {
    linger: defaultTimings.linger,
    snapshot: () => ({ execution: null, sequence: 0 }),
  })
  for (const { event, evidence } of left) outbox.add(event, evidence)
  if (left.length > 0) recorder.wake()
  const world = {
    now: () => Date.now(),
    sleep: (milliseconds: number) => sleep(milliseconds),
    activities: activitiesFor(defaultTimings.patience),
    isCancellation,
    full: isDue,
    unrecorded(one: Unrecorded) {
      outbox.add(one.event, one.evidence)
      recorder.wake()
    },
  }
  const end = await analyse(request, world)
  const rest = outbox.drain().map(({ event, evidence }) => ({ event, evidence: [...evidence] }))
  if ('goOn' in end) return renew<typeof canaryAnalysis>(end.goOn, rest)
  return { ...end, unrecorded: rest }
}
