import { setTimeout as sleep } from 'node:timers/promises'
import { unfinishedStep } from '../../workflows/messages.ts'

/** Longer each time: the steps of a run that begins come as regularly as questions would, and each may meet the next one. */
const pauses = [50, 100, 150, 200, 300, 400, 500, 600, 700]

/** What meets a worker that has just begun may be refused, having left no trace, and has to be asked again. */
export async function askAgain<T>(question: () => Promise<T>): Promise<T> {
  for (const pause of pauses)
    try {
      return await question()
    } catch (error) {
      if (!isUnfinished(error)) throw error
      await sleep(pause)
    }
  return question()
}

/** Whether that is what happened. */
export function isUnfinished(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message.includes(unfinishedStep) || isUnfinished(error.cause)
}
