import type { Outcome } from './outcome.ts'
import { CannotTell, failed } from './outcome.ts'
import type { World } from './world.ts'

/** A new release that does not start, or never gets healthy, was judged bad. */
export async function badReleaseFails(world: World, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work()
  } catch (error) {
    const { kind, message } = world.explain(error)
    if (kind === 'ReleaseFailed') return failed(message)
    throw error
  }
}

/** When it is the old release that does not start, nothing can be said about the new one. */
export async function badBaselineCannotTell(world: World, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    const { kind, message } = world.explain(error)
    if (kind === 'ReleaseFailed') throw new CannotTell(`no baseline to compare with: ${message}`)
    throw error
  }
}
