import type { Json } from '../../pipeline/execution.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Answer, Desk } from '../judgment/desk.ts'
import { openDesk } from '../judgment/desk.ts'
import type { Outcome } from '../outcome.ts'
import { failed, rejected, succeeded } from '../outcome.ts'
import { inWords } from '../steering.ts'
import type { StageContext } from './stage.ts'

/** Waits until enough different people have approved, one has rejected, or the time is up. */
export async function judgment(stage: StageOf<'judgment'>, context: StageContext): Promise<Outcome> {
  const { world, startedBy, steering } = context
  const until = world.now() + stage.timeout
  const seen = context.seen ?? ''
  const desk = openDesk({ stage, seen, startedBy, now: world.now, taken: answer => tell(context, stage, answer) })
  const { approvals, approvers = [], instructions = null } = stage
  context.event('judgment.requested', { approvals, approvers, instructions, seen, until: timestamp(until) })
  steering.desk = desk
  const open: Open = { stage, context, desk, until, reminders: 0 }
  show(open)
  try {
    await decision(open)
  } finally {
    steering.desk = null
  }
  return outcomeOf(stage, desk, context)
}

interface Open {
  stage: StageOf<'judgment'>
  context: StageContext
  desk: Desk
  /** Epoch milliseconds. */
  until: number
  reminders: number
}

/** Reminds until it is decided or too late. */
async function decision(open: Open): Promise<void> {
  const { stage, context, desk, until } = open
  const { world } = context
  let shown = 0
  for (;;) {
    const left = until - world.now()
    if (desk.decided || left <= 0) return
    const due = Math.min(stage.remind ?? left, left)
    const changed = await world.condition(() => desk.decided || desk.approvals.length > shown, due)
    if (desk.approvals.length > shown) {
      shown = desk.approvals.length
      show(open)
    }
    if (changed || world.now() >= until) continue
    open.reminders += 1
    show(open)
    context.event('judgment.reminder', { missing: stage.approvals - desk.approvals.length, until: timestamp(until) })
  }
}

function show({ stage, context, desk, until, reminders }: Open): void {
  const { approvals, approvers = null, instructions = null, inputs = {} } = stage
  const given = desk.approvals.map(({ by, at }) => ({ by, at: timestamp(at) }))
  const missing = approvals - given.length
  const whom = approvers === null ? '' : ` of ${approvers.join(', ')}`
  context.progress({
    phase: 'waiting',
    judgment: {
      ...{ approvals, approvers, instructions, fourEyes: stage.fourEyes, given, until: timestamp(until) },
      ...(reminders > 0 ? { reminders } : {}),
      seen: context.seen ?? '',
      inputs,
    },
  })
  // Whoever is told that it waits is told what it asks.
  context.status('waiting', `needs ${missing} ${missing === 1 ? 'approval' : 'approvals'}${whom}`)
}

function tell(context: StageContext, { id }: StageOf<'judgment'>, answer: Answer): void {
  const { decision, by, reason = null, inputs = {}, seen, override = false } = answer
  context.event('judgment.given', { decision, by, comment: reason, inputs, seen, override, stage: id })
}

function outcomeOf(stage: StageOf<'judgment'>, desk: Desk, context: StageContext): Outcome {
  const { rejection, approvals } = desk
  if (rejection !== null) {
    context.outputs({ decision: 'reject', by: [rejection.by] })
    return rejected(inWords('rejected', rejection))
  }
  if (desk.decided) {
    const inputs: Record<string, Json> = Object.assign({}, ...approvals.map(answer => answer.inputs ?? {}))
    context.note(`approved by ${approvals.map(({ by }) => by).join(', ')}`)
    return succeeded({ decision: 'approve', by: approvals.map(({ by }) => by), inputs })
  }
  const late = `nobody decided in time: ${approvals.length} of ${stage.approvals} approvals were given`
  return stage.onTimeout === 'reject' ? rejected(late) : failed(late)
}

function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
