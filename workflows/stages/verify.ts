import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { VerifyCheck } from '../../pipeline/schema/stages/verify.ts'
import type { Outcome } from '../outcome.ts'
import { failed, succeeded } from '../outcome.ts'
import { analysed } from '../verify/analysed.ts'
import type { Checking } from '../verify/checking.ts'
import { probed } from '../verify/probed.ts'
import { withinLimits } from '../verify/within-limits.ts'
import type { StageContext } from './stage.ts'

/** Every kind of check: what holds, in words, or why it does not; throws when that cannot be told. */
const kinds = { analysis: analysed, metric: withinLimits, probe: probed } satisfies {
  [K in VerifyCheck['kind']]: (check: Extract<VerifyCheck, { kind: K }>, checking: Checking) => Promise<Checked>
}

export type Checked = { holds: boolean; seen: string }

/** Checks what runs, one after the other, and changes nothing. */
export async function verify(stage: StageOf<'verify'>, context: StageContext): Promise<Outcome> {
  const { target, service } = stage
  context.progress({ phase: 'checking', target, service, steps: stage.checks.length })
  const seen: string[] = []
  for (const [index, check] of stage.checks.entries()) {
    context.progress({ step: index })
    const run = kinds[check.kind] as (check: VerifyCheck, checking: Checking) => Promise<Checked>
    const checked = await run(check, { context, target, service, stage: stage.id, index })
    seen.push(checked.seen)
    context.outputs({ checks: seen.slice() })
    if (!checked.holds) return failed(checked.seen)
  }
  return succeeded({ checks: seen })
}
