import type { Execution, StageState } from '../../../pipeline/execution.ts'
import type { Right } from '../../../pipeline/permissions.ts'
import { isFinal } from '../../../pipeline/statuses.ts'
import { percent } from '../../words/numbers.ts'

/** What an operator can do to an execution as a whole. */
export const labels = {
  promote: 'Promote',
  pause: 'Pause',
  resume: 'Go on',
  skip: 'Skip the wait',
  retry: 'Retry',
  rollback: 'Roll back',
  cancel: 'Cancel',
} as const

export type Steering = keyof typeof labels

/** The right that an act needs: a retry is a start. */
export function rightFor(act: Steering): Right {
  return act === 'retry' ? 'execution:start' : 'execution:steer'
}

/** What is offered for an execution, whether it can be done or not; what makes no sense for it is left out. */
export function offered(execution: Execution): Steering[] {
  const ended = isFinal(execution.status)
  return (Object.keys(labels) as Steering[]).filter(act => {
    if (act === 'pause') return !ended && execution.status !== 'paused'
    if (act === 'resume') return execution.status === 'paused'
    if (act === 'skip') return waitingStage(execution) !== null
    return act === 'retry' ? ended : true
  })
}

/** Why this cannot be done now, as a sentence; null when it can. */
export function refusal(act: Steering, execution: Execution): string | null {
  return refusals[act](execution)
}

/** What will happen, one sentence each, before anybody says yes. */
export function consequences(act: Steering, execution: Execution, stage: string | null = null): string[] {
  return sentences[act](execution, stage)
}

/** The stage that an act is about, of those that it could be about: the one asked for, else the first. */
export function stageMeant(act: Steering, execution: Execution, stage: string | null = null): string | null {
  if (act === 'promote') return openCanary(execution, stage)?.id ?? null
  return act === 'skip' ? (waitingStage(execution)?.id ?? null) : null
}

/** The canary that a promotion would promote: the one asked for, else the first. */
export function openCanary(execution: Execution, stage: string | null = null): StageState | null {
  const open = execution.stages.filter(({ type, status }) => type === 'canary' && under.has(status))
  return open.find(({ id }) => id === stage) ?? open[0] ?? null
}

/** The stage whose wait can be ended: a `wait`, or one that waits for its window. */
export function waitingStage(execution: Execution): StageState | null {
  return execution.stages.find(isWaiting) ?? null
}

function isWaiting({ type, status, progress }: StageState): boolean {
  if (isFinal(status) || status === 'pending') return false
  return type === 'wait' || (status === 'waiting' && progress?.judgment === undefined)
}

const under = new Set<string>(['running', 'held', 'waiting', 'paused'])

/** Stage types that change what runs or where traffic goes. */
const changing = new Set(['canary', 'deploy', 'promote', 'scale'])

const refusals = {
  promote(execution) {
    if (isFinal(execution.status)) return 'This execution has ended.'
    if (execution.status === 'rolling-back') return 'This execution is being rolled back.'
    return openCanary(execution) === null ? 'No canary is running or held.' : null
  },
  rollback(execution) {
    if (execution.status === 'rolling-back') return 'This execution is being rolled back already.'
    if (execution.status === 'rolled-back') return 'This execution has been rolled back.'
    const nothing = isFinal(execution.status) && committed(execution).length === 0
    return nothing ? 'This execution has ended and left nothing to take back.' : null
  },
  pause(execution) {
    if (isFinal(execution.status)) return 'This execution has ended.'
    if (execution.status === 'rolling-back') return 'This execution is being rolled back.'
    return execution.status === 'paused' ? 'This execution is paused already.' : null
  },
  resume(execution) {
    return execution.status === 'paused' ? null : 'This execution is not paused.'
  },
  skip(execution) {
    return waitingStage(execution) === null ? 'No stage waits for a time.' : null
  },
  retry(execution) {
    if (!isFinal(execution.status)) return 'This execution is under way.'
    return execution.status === 'succeeded' ? 'This execution has succeeded.' : null
  },
  cancel(execution) {
    if (isFinal(execution.status)) return 'This execution has ended.'
    return execution.status === 'rolling-back' ? 'This execution is being rolled back.' : null
  },
} satisfies Record<Steering, (execution: Execution) => string | null>

const sentences = {
  promote(execution, asked) {
    const stage = openCanary(execution, asked)
    if (stage === null) return []
    const { release, service, target, weights, verdict } = stage.progress ?? {}
    const now = weights === undefined ? '' : ` (${percent(weights.canary ?? 0)} now)`
    const next = execution.stages.filter(({ status }) => status === 'pending')
    return [
      `${release ?? 'The canary'} takes all live traffic of ${where(service, target)}${now}, without waiting for the judge.`,
      ...(verdict === 'pass'
        ? []
        : [`The judge has not passed it so far${verdict ? ` (${verdictWords[verdict]})` : ''}.`]),
      ...(next.length === 0 ? [] : [`Then the run goes on with ${listed(next)}.`]),
    ]
  },
  rollback(execution) {
    const done = committed(execution)
    const warm =
      done.length === 0
        ? []
        : [
            `What ${listed([...done].reverse())} changed is taken back too, newest first, while the old version is warm.`,
          ]
    if (isFinal(execution.status)) return ['A new execution, linked to this one, takes back what it did.', ...warm]
    return [...undone(execution), ...warm, 'Then the execution ends as rolled back.']
  },
  cancel(execution) {
    const done = committed(execution)
    return [
      ...undone(execution),
      ...(done.length === 0 ? [] : [`What ${listed(done)} changed stays as it is.`]),
      'Then the execution ends as canceled.',
    ]
  },
  pause() {
    return [
      'Nothing new begins: no stage, no attempt, no step of a canary. What is under way goes on to its end.',
      'Harm is acted upon all the same: a canary that fails is taken back.',
    ]
  },
  resume() {
    return ['The execution goes on where it was paused.']
  },
  skip(execution) {
    const stage = waitingStage(execution)
    return stage === null ? [] : [`${stage.id} ends its wait now, and the run goes on.`]
  },
  retry(execution) {
    const done = execution.stages.filter(({ status }) => status === 'succeeded')
    const again = execution.stages.filter(({ status }) => status !== 'succeeded')
    return [
      `A new execution, linked to this one, runs ${again.length === 0 ? 'it' : listed(again)} again.`,
      ...(done.length === 0 ? [] : [`What ${listed(done)} gave is used as it is.`]),
    ]
  },
} satisfies Record<Steering, (execution: Execution, stage: string | null) => string[]>

const verdictWords = { pass: 'pass', fail: 'it says fail', insufficient: 'undecided', errored: 'it could not tell' }

/** What happens to stages that are under way. */
function undone(execution: Execution): string[] {
  const open = execution.stages.filter(({ status }) => status !== 'pending' && !isFinal(status))
  return open.map(stage => {
    const { weights, service, target } = stage.progress ?? {}
    const canary = weights?.canary ?? 0
    if (!(canary > 0)) return `${stage.id} stops, and what it changed is taken back.`
    return `${stage.id} stops: live traffic of ${where(service, target)} goes back to stable (canary ${percent(canary)} → ${percent(0)}).`
  })
}

function committed(execution: Execution): StageState[] {
  return execution.stages.filter(({ type, status }) => status === 'succeeded' && changing.has(type))
}

function where(service: string | undefined, target: string | undefined): string {
  if (service === undefined) return 'the service'
  return target === undefined ? service : `${service} on ${target}`
}

function listed(stages: readonly StageState[]): string {
  return new Intl.ListFormat('en').format(stages.map(({ id }) => id))
}
