import type { Attempt } from './effects.ts'
import { opOf } from './effects.ts'
import type { RemoveRequest } from './requests.ts'
import type { Target } from './targets/target.ts'

/** Ends clusters side by side, then the last one; the first failure is thrown when all that are side by side have been tried. */
export async function remove(
  target: Target,
  { also = [], last, ...first }: RemoveRequest,
  attempt: Attempt,
): Promise<void> {
  const end = (one: Pick<RemoveRequest, 'id' | 'role'>) =>
    target.remove(first.service, one.role, opOf({ ...first, id: one.id }, null, attempt))
  const ended = await Promise.allSettled([first, ...also].map(end))
  const failed = ended.find(one => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  // Whoever cancels now still finds the old version warm.
  attempt.signal.throwIfAborted()
  if (last !== undefined) await end(last)
}
