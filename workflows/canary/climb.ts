import { blockFor, closeBlock, noEvidence } from '../../pipeline/canary/compact-evidence.ts'
import type { Verdict } from '../../pipeline/canary/judge.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import { expandMetrics } from '../../pipeline/presets.ts'
import type { AnalysisProgress, AnalysisResult } from '../analysis.ts'
import { plannedLooks } from '../look-schedule.ts'
import { inWords } from '../steering.ts'
import { together } from '../together.ts'
import { badBaselineCannotTell } from '../try-release.ts'
import type { CanaryRun, Climbed } from './run.ts'
import { capacityAt, leased, leaseOf, weightsAt } from './run.ts'

/** Takes the canary from step to step until a verdict counts, somebody promotes it, or no step is left. */
export async function climb(run: CanaryRun): Promise<Climbed> {
  const { stage, context } = run
  let progress = nothingSeen(run)
  let weights: Weights = { stable: 100 }
  for (const [step, { weight }] of stage.steps.entries()) {
    context.progress({ phase: step === 0 ? 'starting' : 'analysing', step })
    await makeRoom(run, weight, weights)
    weights = weightsAt(weight, stage.baseline)
    await run.writer.route(weights, leaseOf(run))
    progress = await watchStep(run, { step, weights, progress })
    const { promote } = context.steering
    const promotedBy = promote !== null && !counts(run, 'fail', progress) ? inWords('promoted', promote) : null
    const climbed = { verdict: progress.verdict, reason: progress.reason, progress, weights, promotedBy }
    if (promotedBy !== null || counts(run, 'fail', progress)) return climbed
    if (counts(run, 'pass', progress) && stage.onPass === 'promote') return climbed
  }
  return { verdict: progress.verdict, reason: progress.reason, progress, weights, promotedBy: null }
}

/** Capacity before traffic: the canary and a fresh baseline grow alike. */
async function makeRoom(run: CanaryRun, weight: number, weights: Weights): Promise<void> {
  const { stage, context, writer, release, old } = run
  const instances = capacityAt(weight, old.instances)
  const keep = leased(run, weights)
  const canary = () => writer.apply({ role: 'canary', release, instances }, keep)
  const baseline = () => writer.apply({ role: 'baseline', release: old.release, instances }, keep)
  const work = stage.baseline === 'stable' ? [canary] : [canary, () => badBaselineCannotTell(context.world, baseline)]
  await together(context.world, work)
}

async function watchStep(
  run: CanaryRun,
  { step, weights, progress }: { step: number; weights: Weights; progress: AnalysisProgress },
): Promise<AnalysisProgress> {
  const { stage, context, release, old } = run
  const { world, execution, index, steering } = context
  const start = world.now()
  context.progress({ phase: 'analysing', message: progress.reason })
  steering.notPromotable = null
  const result = await unlessPromoted(run, () =>
    world.analyse(`${context.prefix}/step-${step + 1}`, {
      ...{ execution, stage: stage.id, stageIndex: index, step, target: stage.target, service: stage.service },
      analysis: stage.analysis,
      canary: { role: 'canary', version: release.version },
      baseline: { role: stage.baseline === 'fresh' ? 'baseline' : 'stable', version: old.release.version },
      weights,
      start,
      warmUp: step === 0 ? stage.analysis.warmUp : 0,
      deadline: start + stage.steps[step]!.for,
      stopOn: stopOn(run),
      final: step === stage.steps.length - 1,
      renew: { ...run.writer.renewal(), lease: leaseOf(run) },
      progress: { ...progress, seenTo: null, evidence: closeBlock(progress.evidence) },
    }),
  )
  adopt(run, result)
  if (result.end === 'canceled' && steering.promote === null) world.checkCanceled()
  context.progress({ verdict: result.progress.verdict, message: result.progress.reason })
  return result.progress
}

/** Hands over what the looks could not record. */
export function adopt({ context }: CanaryRun, result: AnalysisResult): void {
  for (const { event, evidence } of result.unrecorded) context.adopt(event, evidence)
}

function stopOn({ stage }: CanaryRun): Verdict[] {
  return stage.onVerdict.fail === 'ignore' ? ['pass'] : ['pass', 'fail']
}

function counts(run: CanaryRun, verdict: Verdict, progress: AnalysisProgress): boolean {
  return progress.verdict === verdict && stopOn(run).includes(verdict)
}

/** Cancels the work as soon as somebody asks to promote the canary. */
async function unlessPromoted<T>({ context }: CanaryRun, work: () => Promise<T>): Promise<T> {
  const { world, steering } = context
  const watched = world.scope(work)
  const watcher = world.scope(async () => {
    await world.condition(() => steering.promote !== null)
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

function nothingSeen({ stage }: CanaryRun): AnalysisProgress {
  const duration = stage.steps.reduce((sum, step) => sum + step.for, stage.bake ?? 0)
  const metrics = expandMetrics(stage.analysis).map(metric => metric.config)
  const evidence = noEvidence(blockFor(plannedLooks(duration, stage.analysis.interval), metrics))
  return { looks: 0, seenTo: null, evidence, verdict: 'insufficient', reason: 'nothing was seen yet', judgment: null }
}
