import type { World } from '../world.ts'

/** What the work gives, or `late` when that takes longer; then it is canceled, and waited for until it has let go. */
export async function within<T>(world: World, limit: number, work: () => Promise<T>): Promise<{ value: T } | 'late'> {
  let late = false
  const working = world.scope(work)
  const clock = world.scope(async () => {
    await world.sleep(limit)
    late = true
    working.cancel()
  })
  const stopped = clock.result.catch(() => {})
  try {
    return { value: await working.result }
  } catch (error) {
    if (late && world.isCancellation(error)) return 'late'
    throw error
  } finally {
    clock.cancel()
    await stopped
  }
}
