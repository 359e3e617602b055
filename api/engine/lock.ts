import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { type LockWaiter, lockId, lockState, queueId, queueState, unfinishedStep } from '../../workflows/messages.ts'
import type { LockView, QueueView } from '../contract/targets.ts'

/** Who holds a service on a target, as the lock's own workflow says; a lock that was never taken is free. */
export async function describeLock(client: Client, target: string, service: string): Promise<LockView> {
  try {
    const { holder, queue, fence } = await ask(() =>
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
    const { running, waiting } = await ask(() => client.workflow.getHandle(queueId(pipeline)).query(queueState))
    return { running: running.map(run), waiting: waiting.map(run) }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { running: [], waiting: [] }
    throw error
  }
}

function run({ execution, since }: { execution: string; since: number }) {
  return { execution, stage: null, since: new Date(since).toISOString() }
}

/** A question that meets a worker which has just begun may have to be asked again. */
async function ask<T>(question: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await question()
    } catch (error) {
      const again = error instanceof Error && error.message.includes(unfinishedStep)
      if (!again || tries === 3) throw error
    }
}
