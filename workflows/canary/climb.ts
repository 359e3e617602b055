import type { Unrecorded } from '../../activities/requests.ts'
import { blockFor, closeBlock, noEvidence, withBlock } from '../../pipeline/canary/compact-evidence.ts'
import type { Verdict } from '../../pipeline/canary/judge.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import { firstLook } from '../../pipeline/execution.ts'
import { expandMetrics } from '../../pipeline/presets.ts'
import type { AnalysisProgress, AnalysisResult } from '../analysis.ts'
import { plannedLooks, planStep } from '../look-schedule.ts'
import { patches } from '../patches.ts'
import { inWords } from '../steering.ts'
import { together } from '../together.ts'
import { badBaselineCannotTell } from '../try-release.ts'
import type { Waiting } from './gates.ts'
import { gatesAt, passGates } from './gates.ts'
import { renewed } from './renewed.ts'
import type { CanaryRun, Climbed } from './run.ts'
import { leased, leaseOf, roomFor, roomOf, weightsAt } from './run.ts'

/** Takes the canary from step to step until a verdict counts, somebody promotes it, or no step is left. */
export async function climb(run: CanaryRun): Promise<Climbed> {
  const { stage, context } = run
  let progress = nothingSeen(run)
  let weights: Weights = { stable: 100 }
  let due: number | null = run.began
  for (const [step, { weight, mirror, for: duration }] of stage.steps.entries()) {
    context.progress({ phase: step === 0 ? 'starting' : 'analysing', step })
    const asks = weight > (weights.canary ?? 0) && gatesAt(stage, 'before-increase').length > 0
    const whole = !asks && context.world.patched(patches.fewerTasks)
    const load = Math.min(100, weight + (mirror ?? 0))
    if (!whole) await makeRoom(run, load, weights)
    const passed = await passIncrease(run, { step, weights, progress })
    progress = passed.progress
    if (counts(run, 'fail', progress)) return climbedTo(weights, { progress, promotedBy: null, refused: null })
    if (passed.refused !== null || passed.promotedBy !== null) return climbedTo(weights, passed)
    const before = leased(run, weights)
    weights = weightsAt(weight, stage.baseline)
    const change = { weights, lease: leaseOf(run), mirror }
    if (whole) await run.writer.shift({ ...change, room: roomAt(run, load), keep: before })
    else await run.writer.route(weights, change.lease, mirror)
    const planned = planStep(context.world.now(), due, duration)
    const watched = await watchStep(run, { step, weights, progress }, planned.deadline)
    progress = watched.progress
    due = watched.end === 'deadline' ? planned.next : null
    if (!counts(run, 'fail', progress)) progress = await watchWhilePaused(run, { step, weights, progress })
    const { promote } = context.steering
    const promotedBy = promote !== null && !counts(run, 'fail', progress) ? inWords('promoted', promote) : null
    const climbed = climbedTo(weights, { progress, promotedBy, refused: null })
    if (promotedBy !== null || counts(run, 'fail', progress)) return climbed
    if (counts(run, 'pass', progress) && stage.onPass === 'promote') return climbed
  }
  return climbedTo(weights, { progress, promotedBy: null, refused: null })
}

function climbedTo(weights: Weights, end: Pick<Climbed, 'progress' | 'promotedBy' | 'refused'>): Climbed {
  return { verdict: end.progress.verdict, reason: end.progress.reason, weights, ...end }
}

/** The gates before a step with more traffic. While one holds it back, the canary is looked at where it is. */
async function passIncrease(
  run: CanaryRun,
  { step, weights, progress }: Step,
): Promise<Pick<Climbed, 'progress' | 'promotedBy' | 'refused'>> {
  const { weight } = run.stage.steps[step]!
  if (weight <= (weights.canary ?? 0)) return { progress, promotedBy: null, refused: null }
  const { verdict, reason } = progress
  const wait = waitingAt(run, { step: step - 1, weights, progress })
  const passed = await passGates(run, 'before-increase', { step, weight, verdict, reason }, wait)
  return { ...passed, progress: wait.seen() }
}

/** How a canary waits at a gate: with its traffic where it is, and looking for harm where there is any to see. */
export function waitingAt(run: CanaryRun, now: Step): Waiting & { seen(): AnalysisProgress } {
  let { progress } = now
  let waits = 0
  const keep = leased(run, now.weights)
  return {
    seen: () => progress,
    during: work => renewed(run, keep, work),
    async watch(over) {
      if ((now.weights.canary ?? 0) === 0 && run.stage.steps[now.step]?.mirror === undefined) {
        await run.context.world.condition(over)
        return null
      }
      waits += 1
      progress = await watchUntil(run, { ...now, progress }, { id: `gate-${waits}`, over })
      return counts(run, 'fail', progress) ? progress.reason : null
    },
  }
}

/** The canary and a fresh baseline grow alike. */
function roomAt({ stage, release, old }: CanaryRun, weight: number) {
  const canary = roomOf(old, { role: 'canary', release, weight })
  return stage.baseline === 'stable'
    ? [canary]
    : [canary, roomOf(old, { role: 'baseline', release: old.release, weight })]
}

/** Capacity before traffic, and before the gates that ask about it. */
async function makeRoom(run: CanaryRun, weight: number, weights: Weights): Promise<void> {
  const { stage, context, release, old } = run
  const keep = leased(run, weights)
  const canary = () => roomFor(run, { role: 'canary', release, weight }, keep)
  const baseline = () => roomFor(run, { role: 'baseline', release: old.release, weight }, keep)
  const work = stage.baseline === 'stable' ? [canary] : [canary, () => badBaselineCannotTell(context.world, baseline)]
  await together(context.world, work)
}

/** The step that is under way: where it is in the climb, and what was seen so far. */
export interface Step {
  step: number
  weights: Weights
  progress: AnalysisProgress
}

async function watchStep(
  run: CanaryRun,
  now: Step,
  deadline: number,
): Promise<Pick<AnalysisResult, 'end' | 'progress'>> {
  const { stage, context } = run
  const { world, steering } = context
  const { step } = now
  context.progress({ phase: 'analysing', message: now.progress.reason })
  steering.notPromotable = null
  const request = {
    ...analysisOf(run, now),
    warmUp: step === 0 ? stage.analysis.warmUp : 0,
    deadline,
    stopOn: stopOn(run),
    final: step === stage.steps.length - 1,
  }
  const promoted = () => steering.promote !== null
  const result = await unless(run, promoted, () =>
    world.analyse(`${context.prefix}/step-${step + 1}`, request, one => adopt(run, [one])),
  )
  adopt(run, result.unrecorded)
  if (result.end === 'canceled' && !promoted()) world.checkCanceled()
  context.progress({ verdict: result.progress.verdict, message: result.progress.reason })
  return result
}

/** Nobody knows how long a pause lasts: after so many intervals of it, they become twice as long. */
const intervalsOfOneLength = 20

/**
 * Stays at the step, however it was judged, until the run is resumed or the canary is promoted; it goes on looking for
 * harm. Only a `fail` changes what was decided.
 */
async function watchWhilePaused(run: CanaryRun, now: Step): Promise<AnalysisProgress> {
  const { progress, steering } = run.context
  const over = () => steering.paused === null || steering.promote !== null
  return watchUntil(run, now, {
    id: 'paused',
    over,
    tell: () => progress({ phase: 'paused', message: steering.paused! }),
  })
}

/** Goes on looking for harm at the weights in force. */
async function watchUntil(
  run: CanaryRun,
  now: Step,
  { id: name, over, tell = () => {} }: { id: string; over: () => boolean; tell?: () => void },
): Promise<AnalysisProgress> {
  const { context, stage } = run
  const { world } = context
  let { progress } = now
  const { block } = progress.evidence
  for (let part = 0; !over(); part += 1) {
    tell()
    const evidence = withBlock(progress.evidence, block * 2 ** part)
    const request = {
      ...analysisOf(run, { ...now, progress: { ...progress, evidence } }),
      warmUp: 0,
      deadline: world.now() + intervalsOfOneLength * evidence.block * stage.analysis.interval,
      stopOn: stopOn(run).filter(verdict => verdict === 'fail'),
      final: false,
    }
    const id = `${context.prefix}/step-${now.step + 1}-${name}-${part + 1}`
    const result = await unless(run, over, () => world.analyse(id, request, one => adopt(run, [one])))
    adopt(run, result.unrecorded)
    if (result.end === 'canceled' && !over()) world.checkCanceled()
    if (counts(run, 'fail', result.progress)) return result.progress
    const { verdict, reason, judgment } = progress
    progress = { ...result.progress, evidence: withBlock(result.progress.evidence, block), verdict, reason, judgment }
  }
  return progress
}

function analysisOf(run: CanaryRun, { step, weights, progress }: Step) {
  const { stage, context, release, old } = run
  const { world, execution, index } = context
  const baseline = stage.baseline === 'fresh' ? ('baseline' as const) : ('stable' as const)
  const { mirror } = stage.steps[step] ?? {}
  return {
    ...(mirror === undefined ? {} : { mirror }),
    ...{ execution, stage: stage.id, stageIndex: index, step, target: stage.target, service: stage.service },
    analysis: stage.analysis,
    canary: { role: 'canary' as const, version: release.version },
    baseline: { role: baseline, version: old.release.version },
    weights,
    start: world.now(),
    renew: { ...run.writer.renewal(), lease: leaseOf(run) },
    progress: { ...progress, seenTo: null, evidence: closeBlock(progress.evidence) },
  }
}

/** Hands over what the looks could not record. */
export function adopt({ context }: CanaryRun, looks: readonly Unrecorded[]): void {
  for (const { event, evidence } of looks) context.adopt(event, evidence)
}

function stopOn({ stage }: CanaryRun): Verdict[] {
  return stage.onVerdict.fail === 'ignore' ? ['pass'] : ['pass', 'fail']
}

function counts(run: CanaryRun, verdict: Verdict, progress: AnalysisProgress): boolean {
  return progress.verdict === verdict && stopOn(run).includes(verdict)
}

/** Cancels the work as soon as something holds. */
async function unless<T>({ context }: CanaryRun, holds: () => boolean, work: () => Promise<T>): Promise<T> {
  const { world } = context
  const watched = world.scope(work)
  const watcher = world.scope(async () => {
    await world.condition(holds)
    watched.cancel()
  })
  const stopped = watcher.result.catch(() => {})
  try {
    return await watched.result
  } finally {
    watcher.cancel()
    await stopped
  }
}

/** Looks of every attempt count on from a number of their own, since they are recorded by it. */
function nothingSeen({ stage, context }: CanaryRun): AnalysisProgress {
  const duration = stage.steps.reduce((sum, step) => sum + step.for, stage.bake ?? 0)
  const metrics = expandMetrics(stage.analysis).map(metric => metric.config)
  const evidence = noEvidence(blockFor(plannedLooks(duration, stage.analysis.interval), metrics))
  const looks = firstLook(context.attempt)
  return { looks, seenTo: null, evidence, verdict: 'insufficient', reason: 'nothing was seen yet', judgment: null }
}
