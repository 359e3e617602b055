import type { Session } from '../../../api/contract/server.ts'
import type { Execution, JudgmentProgress } from '../../../pipeline/execution.ts'

/** Whether somebody may answer a judgment. The server decides; this says before why it would not. */
export interface MayJudge {
  /** Why not at all; null when they may at least reject. */
  never: string | null
  /** Why not approve; null when they may. */
  notApprove: string | null
  /** They may approve all the same, and it is recorded that they did. */
  override: boolean
}

export function mayJudge(judgment: JudgmentProgress, execution: Execution, session: Session): MayJudge {
  const { principal, rights } = session
  const { approvers, fourEyes, given } = judgment
  const roles = principal.roles.map(role => `role:${role}`)
  const asked = approvers === null || [principal.name, ...roles].some(name => approvers.includes(name))
  if (!rights.includes('execution:approve')) return never('You lack the right to approve or reject.')
  if (!asked) return never(`You are none of its approvers: ${approvers.join(', ')}.`)
  if (given.some(({ by }) => by === principal.name))
    return { never: null, notApprove: 'You have approved already; somebody else has to as well.', override: false }
  if (fourEyes && execution.trigger.by === principal.name)
    return {
      never: null,
      notApprove: 'You started this run, so somebody else has to approve it.',
      override: rights.includes('judgment:override'),
    }
  return { never: null, notApprove: null, override: false }
}

function never(reason: string): MayJudge {
  return { never: reason, notApprove: reason, override: false }
}

/** Who may approve, as a sentence. */
export function whoMay({ approvers, approvals, fourEyes }: JudgmentProgress, execution: Execution): string {
  const whom = approvers === null ? 'Everyone with the right to approve' : new Intl.ListFormat('en').format(approvers)
  const many = approvals === 1 ? 'one is enough' : `${approvals} different people have to`
  const eyes = fourEyes ? `; ${execution.trigger.by}, who started it, may not` : ''
  return `${whom} may approve: ${many}${eyes}.`
}
