import type { Cluster, Unrecorded } from '../../activities/requests.ts'
import type { ServiceState } from '../../activities/targets/target.ts'
import { blockFor, noEvidence } from '../../pipeline/canary/compact-evidence.ts'
import { expandMetrics } from '../../pipeline/presets.ts'
import type { VerifyCheck } from '../../pipeline/schema/stages/verify.ts'
import type { AnalysisProgress, AnalysisRequest } from '../analysis.ts'
import { tellVerdict } from '../canary/verdict.ts'
import { plannedLooks } from '../look-schedule.ts'
import { CannotTell } from '../outcome.ts'
import type { Checked } from '../stages/verify.ts'
import { clusterOf } from '../writer.ts'
import type { Checking } from './checking.ts'

type Comparison = Extract<VerifyCheck, { kind: 'analysis' }>

/** What a judge says of what runs, or ran, with the weights that are in force; nothing is rolled out. */
export async function analysed(check: Comparison, checking: Checking): Promise<Checked> {
  const { context, target, service, stage, index } = checking
  const { world, execution } = context
  const state = await world.activities.current({ target, service })
  const start = check.last ? world.now() - check.for - check.analysis.delay : world.now()
  const request: AnalysisRequest = {
    ...{ execution, stage, stageIndex: context.index, target, service, step: index },
    analysis: check.analysis,
    canary: clusterFor(check.canary, state),
    baseline: clusterFor(check.baseline, state),
    weights: state.weights,
    start,
    warmUp: check.analysis.warmUp,
    deadline: start + check.for + (check.last ? check.analysis.delay : 0),
    stopOn: ['pass', 'fail'],
    final: true,
    renew: null,
    ...(check.last ? { past: true } : {}),
    progress: nothingSeen(check),
  }
  const adopt = ({ event, evidence }: Unrecorded) => context.adopt(event, evidence)
  const result = await world.analyse(`${context.prefix}/check-${index + 1}`, request, adopt)
  result.unrecorded.forEach(adopt)
  if (result.end === 'canceled') world.checkCanceled()
  tellVerdict(context, result.progress, 'canary')
  const { verdict, reason } = result.progress
  if (verdict === 'errored') throw new CannotTell(reason)
  return { holds: verdict === 'pass', seen: `${verdict}: ${reason}` }
}

function clusterFor({ role, version }: Comparison['canary'], state: ServiceState): Cluster {
  const found = version ?? clusterOf(state, role)?.release.version
  if (found !== undefined) return { role, version: found }
  throw new CannotTell(`${state.service} has no ${role} to look at; name its version to look at what ran`)
}

function nothingSeen({ analysis, for: duration }: Comparison): AnalysisProgress {
  const metrics = expandMetrics(analysis).map(metric => metric.config)
  const evidence = noEvidence(blockFor(plannedLooks(duration, analysis.interval), metrics))
  return { looks: 0, seenTo: null, evidence, verdict: 'insufficient', reason: 'nothing was seen yet', judgment: null }
}
