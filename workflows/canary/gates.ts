import type { Verdict } from '../../pipeline/canary/judge.ts'
import type { Gate, GateMoment } from '../../pipeline/schema/stages/gate.ts'
import { CannotTell } from '../outcome.ts'
import { inWords } from '../steering.ts'
import type { Answer, Gated } from './ask-gate.ts'
import { askGate } from './ask-gate.ts'
import { inTime } from './hold.ts'

/** How far the canary is; part of what a gate is told. */
export interface Facts {
  /** Index of the step that comes, from 0. */
  step?: number
  /** Its share of live traffic, percent. */
  weight?: number
  verdict?: Verdict
  reason?: string
}

/** What goes on around a canary that waits at a gate. */
export interface Waiting {
  /** Surrounds each question, so that traffic stays where it is. */
  during<T>(work: () => Promise<T>): Promise<T>
  /** Waits until `over`, or answers which harm was seen before. */
  watch(over: () => boolean): Promise<string | null>
}

/** `refused`: why it must not go on; `promotedBy`: who did not want to wait and promoted it. */
export interface Passed {
  refused: string | null
  promotedBy: string | null
}

const free: Passed = { refused: null, promotedBy: null }

/** Asks the gates of a moment one after the other, as the pipeline has them; throws when one gives no answer. */
export async function passGates(
  run: Gated,
  moment: Exclude<GateMoment, 'on-rollback'>,
  facts: Facts,
  waiting: Waiting = stillWaiting(run),
): Promise<Passed> {
  for (const gate of gatesAt(run.stage, moment)) {
    const answer = await waiting.during(() => askGate(run, gate, facts))
    const passed = await consequence(run, { gate, answer, facts, waiting })
    if (passed.refused !== null || passed.promotedBy !== null) return passed
  }
  return free
}

/** Tells those that want to know of a rollback, once all else was taken back. They cannot stop it. */
export function registerRollbackGates(run: Gated): void {
  for (const gate of gatesAt(run.stage, 'on-rollback').reverse()) {
    run.context.undo.push({
      what: `tell gate ${gate.name}`,
      run: async () => void (await askGate(run, gate, {})),
    })
  }
}

export function gatesAt(stage: Gated['stage'], moment: GateMoment): Gate[] {
  return (stage.gates ?? []).filter(({ at }) => at === moment)
}

/** Nothing is there yet, or nothing is left to judge. */
function stillWaiting({ context }: Gated): Waiting {
  return {
    during: work => work(),
    async watch(over) {
      await context.world.condition(over)
      return null
    },
  }
}

interface Asked {
  gate: Gate
  answer: Answer
  facts: Facts
  waiting: Waiting
}

async function consequence(run: Gated, asked: Asked): Promise<Passed> {
  const { gate, answer } = asked
  if (answer.kind === 'yes') return free
  const policy = (answer.kind === 'no' ? gate.onNo : gate.onErrored) ?? 'rollback'
  if (policy === 'hold') return heldAt(run, asked)
  if (policy === 'rollback' && answer.kind === 'none') throw new CannotTell(answer.reason)
  return policy === 'ignore' ? free : { refused: answer.reason, promotedBy: null }
}

/** Asks again and again until it says yes, somebody decides, harm is seen, or the time is over. */
async function heldAt(run: Gated, { gate, answer, facts, waiting }: Asked): Promise<Passed> {
  const { stage, context } = run
  const { world, steering } = context
  let open = false
  let late = false
  const asking = world.scope(async () => {
    while (!open) {
      await world.sleep(gate.every)
      open = (await askGate(run, gate, facts, answer)).kind === 'yes'
    }
  })
  const clock = world.scope(async () => {
    await world.sleep(stage.maxHold)
    late = true
  })
  const stopped = Promise.all([asking, clock].map(({ result }) => result.catch(() => {})))
  try {
    steering.promote = null
    steering.notPromotable = null
    steering.notSkippable = null
    context.progress({ phase: 'held', message: answer.reason })
    const ways = 'skip the gate, promote it or roll it back'
    context.status('held', `${answer.reason}; ${ways} within ${inTime(stage.maxHold)}`)
    const harm = await waiting.watch(() => open || late || steering.promote !== null || steering.skip !== null)
    if (harm !== null) return { refused: harm, promotedBy: null }
    if (steering.promote !== null) return { refused: null, promotedBy: inWords('promoted', steering.promote) }
    if (steering.skip !== null) context.note(inWords(`gate ${gate.name} was skipped`, steering.skip))
    if (open || steering.skip !== null) return free
    return { refused: `${answer.reason}; nobody decided in time`, promotedBy: null }
  } finally {
    steering.notPromotable = 'is not held any more'
    steering.notSkippable = 'is not held any more'
    steering.promote = null
    steering.skip = null
    context.status('running')
    asking.cancel()
    clock.cancel()
    await stopped
  }
}
