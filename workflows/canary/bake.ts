import { beginBake, forget } from '../../pipeline/canary/compact-evidence.ts'
import type { AnalysisRequest, AnalysisResult } from '../analysis.ts'
import { adopt } from './climb.ts'
import { hold } from './hold.ts'
import type { CanaryRun, Climbed } from './run.ts'
import { actionOn, tellVerdict } from './verdict.ts'

/** Keeps the old version warm and goes on looking for harm; why the release has to be taken back, or null. */
export async function bake(run: CanaryRun, climbed: Climbed, duration: number): Promise<string | null> {
  const { context, writer } = run
  const { end, progress } = await watch(run, climbed, duration)
  if (end !== 'verdict') return null
  tellVerdict(context, progress, 'bake')
  const reason = `${progress.verdict} after the promotion: ${progress.reason}`
  if (actionOn(run.stage, progress.verdict) === 'rollback') return reason
  await writer.route({ previous: 100 })
  const promoter = await hold(run, reason, null)
  if (promoter === null) return `${reason}; nobody decided in time`
  context.note(promoter)
  await writer.route({ stable: 100 })
  return null
}

async function watch(run: CanaryRun, climbed: Climbed, duration: number): Promise<AnalysisResult> {
  const { stage, context, release } = run
  const { world, execution, index } = context
  const { evidence } = climbed.progress
  const start = world.now()
  context.steering.notPromotable = 'is promoted already'
  context.progress({ phase: 'baking', message: 'the old version is kept warm' })
  await context.grant().warm(start + duration)
  const request: AnalysisRequest = {
    ...{ execution, stage: stage.id, stageIndex: index, target: stage.target, service: stage.service },
    step: stage.steps.length,
    analysis: stage.analysis,
    canary: { role: 'stable', version: release.version },
    baseline: null,
    weights: { stable: 100 },
    start,
    warmUp: 0,
    deadline: start + duration,
    stopOn: stage.onVerdict.fail === 'ignore' ? [] : ['fail'],
    final: false,
    renew: null,
    progress: {
      ...climbed.progress,
      seenTo: null,
      evidence: beginBake(climbed.verdict === 'fail' ? forget(evidence) : evidence),
    },
  }
  const result = await world.analyse(`${context.prefix}/bake`, request, one => adopt(run, [one]))
  adopt(run, result.unrecorded)
  if (result.end === 'canceled') world.checkCanceled()
  return result
}
