import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { JudgmentMessage } from '../messages.ts'
import { inputProblem } from './inputs.ts'
import { AnswerRefused } from './refused.ts'

export type Answer = JudgmentMessage & { at: number }

/** Takes the answers to one judgment; whether they count is decided when they arrive, synchronously. */
export interface Desk {
  /** Throws `AnswerRefused` when the answer does not count. */
  check(message: JudgmentMessage): void
  take(message: JudgmentMessage): void
  readonly approvals: readonly Answer[]
  readonly rejection: Answer | null
  /** Enough approvals, or one rejection. */
  readonly decided: boolean
}

export interface DeskParts {
  stage: StageOf<'judgment'>
  /** Hash of what is judged; an answer to anything else is stale. */
  seen: string
  /** The person who started the run. */
  startedBy: string
  now(): number
  /** An answer was taken. */
  taken(answer: Answer): void
}

export function openDesk({ stage, seen, startedBy, now, taken }: DeskParts): Desk {
  const approvals: Answer[] = []
  let rejection: Answer | null = null

  const check = (message: JudgmentMessage) => {
    if (desk.decided) throw new AnswerRefused('Refused', `${stage.id} is decided already`)
    if (message.seen !== seen)
      throw new AnswerRefused('Stale', `what ${stage.id} asks about is not what was looked at; look again`)
    if (!mayJudge(stage, message))
      throw new AnswerRefused('NotAllowed', `${message.by} is none of its approvers: ${stage.approvers!.join(', ')}`)
    if (message.decision === 'reject') return checkRejection(message)
    if (stage.fourEyes && personOf(message) === startedBy && message.override !== true)
      throw new AnswerRefused('NotAllowed', `${message.by} started the run, so somebody else has to approve it`)
    if (approvals.some(given => personOf(given) === personOf(message)))
      throw new AnswerRefused('Refused', `${message.by} has approved already`)
    const problem = inputProblem(stage.inputs ?? {}, message.inputs ?? {})
    if (problem !== null) throw new AnswerRefused('InvalidAnswer', problem)
  }

  const desk: Desk = {
    check,
    take(message) {
      check(message)
      const answer = { ...message, at: now() }
      if (message.decision === 'reject') rejection = answer
      else approvals.push(answer)
      taken(answer)
    },
    get approvals() {
      return approvals
    },
    get rejection() {
      return rejection
    },
    get decided() {
      return rejection !== null || approvals.length >= stage.approvals
    },
  }
  return desk
}

function personOf({ by, subject }: JudgmentMessage): string {
  return subject ?? by
}

function mayJudge({ approvers }: StageOf<'judgment'>, { by, roles = [] }: JudgmentMessage): boolean {
  if (approvers === undefined) return true
  return approvers.includes(by) || roles.some(role => approvers.includes(`role:${role}`))
}

function checkRejection({ reason }: JudgmentMessage): void {
  if (reason === undefined || reason.trim() === '')
    throw new AnswerRefused('InvalidAnswer', 'a rejection needs a reason')
}
