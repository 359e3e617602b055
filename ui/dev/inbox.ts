import type { Inbox, InboxItem } from '../../api/contract/steering.ts'
import type { JudgmentProgress } from '../../pipeline/execution.ts'
import type { Fixture } from './fixtures.ts'

/** What a made-up run asks people. */
export const asked: JudgmentProgress = {
  instructions: 'Look at the canary in the EU, and at the open incidents, before the US gets it.',
  ...{ approvals: 2, approvers: ['role:sre'], fourEyes: true, seen: 'hash' },
  given: [{ by: 'grace', at: new Date(Date.now() - 300_000).toISOString() }],
  until: new Date(Date.now() + 3 * 3_600_000).toISOString(),
  inputs: {
    ticket: { type: 'text', description: 'Of the change', maxLength: 100, required: true },
    region: { type: 'choice', options: ['us-east', 'us-west'], required: false },
  },
}

/** The made-up runs that wait for a person. */
export function inboxOf(fixtures: readonly Fixture[]): Inbox {
  return { items: fixtures.flatMap(itemOf) }
}

function itemOf({ execution }: Fixture): InboxItem[] {
  const { id, pipeline, application, status } = execution
  const stage = execution.stages.find(one => one.status === status)
  const kind = status === 'waiting' ? 'judgment' : status === 'held' || status === 'errored' ? status : null
  if (stage === undefined || kind === null) return []
  const { startedAt: since, reason } = stage
  const judgment = kind === 'judgment' ? asked : null
  return [{ kind, execution: id, pipeline, application, status, stage: stage.id, since, reason, judgment }]
}
