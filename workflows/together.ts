import type { World } from './world.ts'

/** All at once; when one fails the others are canceled, and it is thrown once all have ended. */
export async function together(world: World, work: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  const scope = world.scope(() => Promise.all(work.map(one)))
  async function one(run: () => Promise<unknown>): Promise<void> {
    try {
      await run()
    } catch (error) {
      failures.push(error)
      scope.cancel()
    }
  }
  await scope.result
  if (failures.length > 0) throw failures[0]
}
