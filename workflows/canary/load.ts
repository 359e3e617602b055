import { within } from '../behaviours/within.ts'
import { CannotTell } from '../outcome.ts'
import type { CanaryRun, Climbed } from './run.ts'
import { actionOn } from './verdict.ts'

type Climb = () => Promise<Climbed>

/**
 * Makes traffic while the canary climbs, if the pipeline has a program for that. When it dies nobody can tell, whatever was
 * seen until then. One that ends well, or has had its time, leaves the canary to the traffic there is.
 */
export function loadFor(run: CanaryRun): (climb: Climb) => Promise<Climbed> {
  const { load, target, service } = run.stage
  if (load === undefined) return climb => climb()
  const { context } = run
  const { world } = context
  const id = context.effectId('load')
  const end = () => world.patient.endJob({ id, target })
  // Where all is taken back it is ended then: after the traffic, which cannot wait.
  context.undo.push({ what: `end the load on ${service} on ${target}`, run: end })
  let died: string | null = null

  async function makeLoad({ command, image, env, for: limit }: NonNullable<typeof load>): Promise<void> {
    const program = { ...(command === undefined ? {} : { command }), ...(image === undefined ? {} : { image }), env }
    const ended = await within(world, limit, () => world.activities.runJob({ id, target, service, ...program }))
    if (ended === 'late') return end()
    const { exitCode, reason, lastLines } = ended.value
    if (exitCode === 0) return
    const how = exitCode === null ? (reason ?? 'nobody knows how it ended') : `it exited with ${exitCode}`
    throw new CannotTell([how, ...lastLines.slice(-3)].join(' | ').slice(0, 500))
  }

  return async climb => {
    const climbing = world.scope(climb)
    const loading = world.scope(() => makeLoad(load))
    const stopped = loading.result.catch(error => {
      if (world.isCancellation(error)) return
      died = `the load on ${service} on ${target} died, so nothing can be told: ${world.explain(error).message}`
      climbing.cancel()
    })
    try {
      const climbed = await climbing.result
      loading.cancel()
      await stopped
      if (died !== null) throw new CannotTell(died)
      if (climbed.refused === null && actionOn(run.stage, climbed.verdict) !== 'rollback') await end()
      return climbed
    } catch (error) {
      if (died !== null && world.isCancellation(error)) throw new CannotTell(died)
      throw error
    } finally {
      loading.cancel()
      await stopped
    }
  }
}
