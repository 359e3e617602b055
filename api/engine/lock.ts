import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { type LockWaiter, lockId, lockState } from '../../workflows/messages.ts'
import type { LockView } from '../contract/targets.ts'

/** Who holds a service on a target, as the lock's own workflow says; a lock that was never taken is free. */
export async function describeLock(client: Client, target: string, service: string): Promise<LockView> {
  try {
    const { holder, queue, fence } = await client.workflow.getHandle(lockId(target, service)).query(lockState)
    return { target, service, holder: holder === null ? null : owner(holder), waiting: queue.map(owner), fence }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { target, service, holder: null, waiting: [], fence: 0 }
    throw error
  }
}

function owner({ execution, claim, since }: LockWaiter) {
  return { execution, stage: claim, since: new Date(since).toISOString() }
}
