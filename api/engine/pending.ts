import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import type { PendingActivity } from '../contract/execution.ts'

type Raw = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>['raw']
type RawActivity = NonNullable<Raw['pendingActivities']>[number]

/** A workflow task that failed so often, or is due for so long (ms), keeps the run from moving. */
const taskAttempts = 3
const taskAge = 30_000

/** What a run that has not ended waits for. Looks two levels deep: a run, its canaries, and theirs. */
export async function pendingOf(client: Client, execution: string): Promise<PendingActivity[]> {
  const raw = await describe(client, execution)
  return raw === null ? [lost(execution)] : below(client, execution, raw, 2)
}

async function below(client: Client, workflow: string, raw: Raw | null, depth: number): Promise<PendingActivity[]> {
  if (raw === null) return []
  const own = (raw.pendingActivities ?? []).map(activity => toPending(workflow, activity))
  const task = stuckTask(workflow, raw)
  const children = depth === 0 ? [] : (raw.pendingChildren ?? [])
  const nested = await Promise.all(
    children.map(async ({ workflowId }) =>
      workflowId ? below(client, workflowId, await describe(client, workflowId), depth - 1) : [],
    ),
  )
  return [...(task === null ? [] : [task]), ...own, ...nested.flat()]
}

async function describe(client: Client, workflow: string): Promise<Raw | null> {
  try {
    return (await client.workflow.getHandle(workflow).describe()).raw
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null
    throw error
  }
}

const states = { 1: 'scheduled', 2: 'started', 3: 'canceling', 4: 'paused', 5: 'paused' } as const

function toPending(workflow: string, activity: RawActivity): PendingActivity {
  return {
    name: activity.activityType?.name ?? 'unknown',
    state: states[(activity.state ?? 1) as keyof typeof states] ?? 'scheduled',
    attempt: activity.attempt ?? 1,
    workflow,
    scheduledAt: toTimestamp(activity.scheduledTime),
    startedAt: toTimestamp(activity.lastStartedTime),
    nextAttemptAt: toTimestamp(activity.nextAttemptScheduleTime),
    lastFailure: activity.lastFailure?.message ?? null,
  }
}

/** The store knows a run that Temporal does not: accepted a moment ago, or restored without it. */
function lost(workflow: string): PendingActivity {
  return {
    ...{ name: 'workflow', state: 'scheduled', attempt: 1, workflow },
    ...{ scheduledAt: null, startedAt: null, nextAttemptAt: null },
    lastFailure: 'Temporal does not know this run',
  }
}

/** The workflow's own code does not get on: no worker, or one that fails on it. */
function stuckTask(workflow: string, raw: Raw): PendingActivity | null {
  const task = raw.pendingWorkflowTask
  if (!task) return null
  const scheduledAt = toTimestamp(task.originalScheduledTime ?? task.scheduledTime)
  const isOld = scheduledAt !== null && Date.now() - Date.parse(scheduledAt) > taskAge
  const attempt = task.attempt ?? 1
  if (attempt < taskAttempts && !isOld) return null
  const why = attempt >= taskAttempts ? 'the worker fails on it; see its log' : 'no worker has taken it'
  return {
    name: 'workflow task',
    state: task.startedTime ? 'started' : 'scheduled',
    attempt,
    workflow,
    scheduledAt,
    startedAt: toTimestamp(task.startedTime),
    nextAttemptAt: null,
    lastFailure: why,
  }
}

function toTimestamp(time: { seconds?: unknown; nanos?: number | null } | null | undefined): string | null {
  if (!time) return null
  const milliseconds = Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6)
  return milliseconds > 0 ? new Date(milliseconds).toISOString() : null
}
