import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { lockId } from '../../workflows/messages.ts'
import type { LockView } from '../contract/targets.ts'

/** Who holds a service on a target, as the lock's own workflow says; a lock that was never taken is free. */
export async function describeLock(client: Client, target: string, service: string): Promise<LockView> {
  const free: LockView = { target, service, holder: null, waiting: [], fence: 0 }
  try {
    await client.workflow.getHandle(lockId(target, service)).describe()
    return free
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return free
    throw error
  }
}
