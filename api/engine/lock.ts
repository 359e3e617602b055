import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { type LockWaiter, lockId, lockState, queueId, queueState } from '../../workflows/messages.ts'
import type { LockView, QueueView } from '../contract/targets.ts'
import { askAgain } from './ask-again.ts'

/** Who holds a service on a target, as the lock's own workflow says; a lock that was never taken is free. */
export async function describeLock(client: Client, target: string, service: string): Promise<LockView> {
  try {
    const { holder, queue, fence } = await askAgain(() =>
      client.workflow.getHandle(lockId(target, service)).query(lockState),
    )
    return { target, service, holder: holder === null ? null : owner(holder), waiting: queue.map(owner), fence }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { target, service, holder: null, waiting: [], fence: 0 }
    throw error
  }
}

function owner({ execution, claim, since }: LockWaiter) {
  return { execution, stage: claim, since: new Date(since).toISOString() }
}

/** Which runs of a pipeline are at work and which wait, as its queue's own workflow says. */
export async function describeQueue(client: Client, pipeline: string): Promise<Pick<QueueView, 'running' | 'waiting'>> {
  try {
    const { running, waiting } = await askAgain(() => client.workflow.getHandle(queueId(pipeline)).query(queueState))
    return { running: running.map(run), waiting: waiting.map(run) }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { running: [], waiting: [] }
    throw error
  }
}

function run({ execution, since }: { execution: string; since: number }) {
  return { execution, stage: null, since: new Date(since).toISOString() }
}
