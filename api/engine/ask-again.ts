import { setTimeout as sleep } from 'node:timers/promises'
import { unfinishedStep } from '../../workflows/messages.ts'

/** What meets a worker that has just begun may be refused, having left no trace, and has to be asked again. */
export async function askAgain<T>(question: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await question()
    } catch (error) {
      if (!isUnfinished(error) || tries === 5) throw error
      await sleep(100)
    }
}

/** Whether that is what happened. */
export function isUnfinished(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message.includes(unfinishedStep) || isUnfinished(error.cause)
}
