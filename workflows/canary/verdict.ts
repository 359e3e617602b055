import type { Judgment, Verdict } from '../../pipeline/canary/judge.ts'
import type { Json } from '../../pipeline/execution.ts'
import { firstLook } from '../../pipeline/execution.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { AnalysisProgress } from '../analysis.ts'
import type { StageContext } from '../stages/stage.ts'

export type Action = 'promote' | 'rollback' | 'hold'

/** What the pipeline says is done about a verdict. */
export function actionOn({ onVerdict }: Pick<StageOf<'canary'>, 'onVerdict'>, verdict: Verdict): Action {
  if (verdict === 'pass') return 'promote'
  const action = onVerdict[verdict]
  return action === 'ignore' ? 'promote' : action
}

/** Makes the verdict known: as an event, as outputs for later stages, and to whoever watches. */
export function tellVerdict(context: StageContext, progress: AnalysisProgress, phase: 'canary' | 'bake'): void {
  const { verdict, reason } = progress
  context.event('canary.verdict', { verdict, reason, phase })
  context.outputs({ verdict, analysis: summary(progress, context.attempt) })
  context.progress({ verdict, message: reason })
}

/** Small enough to stay in the state of the run; the evidence itself is in the store. */
function summary({ looks, verdict, reason, judgment }: AnalysisProgress, attempt: number): Json {
  return {
    looks: looks - firstLook(attempt),
    verdict,
    reason,
    metrics: (judgment?.metrics ?? []).slice(0, 20).map(metricSummary),
  }
}

function metricSummary({ name, verdict, estimate, lower, upper, scale, reason }: Judgment['metrics'][number]): Json {
  return { name, verdict, estimate, lower, upper, scale, reason }
}
