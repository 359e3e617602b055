import type { Role } from '../../pipeline/clusters.ts'
import { sameRelease } from '../../pipeline/release.ts'
import { undoWriter } from '../stage-writer.ts'
import type { Replacement } from '../strategies/strategy.ts'
import { together } from '../together.ts'
import { clusterOf, runs } from '../writer.ts'

type Replaced = Pick<Replacement, 'context' | 'stage' | 'old'>

/**
 * How a canary is taken back. Each part asks the target what is there and acts on that, so that it holds wherever the
 * canary was interrupted: traffic first, capacity last.
 */
export function registerReturn({ context, stage, old }: Replaced): void {
  const writer = undoWriter(context)
  const where = `${stage.service} on ${stage.target}`
  context.undo.push({
    what: `remove what the canary of ${where} has started`,
    async run() {
      const spare = (await writer.current()).clusters.filter(({ role }) => role !== 'stable')
      await together(
        context.world,
        spare.map(
          ({ role }) =>
            () =>
              writer.remove(role),
        ),
      )
    },
  })
  context.undo.push({
    what: `return all traffic of ${where} to ${old.release.version}`,
    async run() {
      const home = runs(await writer.current(), old.release)?.role ?? 'stable'
      await writer.route({ [home]: 100 })
    },
  })
}

/** From the promotion on: makes the old version stable again, at once while it is warm. */
export function registerDemotion({ context, stage, old }: Replaced): void {
  const writer = undoWriter(context)
  context.undo.push({
    what: `make ${old.release.version} the stable version of ${stage.service} on ${stage.target} again`,
    async run() {
      const state = await writer.current()
      const stable = clusterOf(state, 'stable')
      if (stable !== null && sameRelease(stable.release, old.release) && stable.ready > 0) return
      const warm: Role | null = runs(state, old.release)?.role ?? null
      if (warm !== null && warm !== 'stable') await writer.route({ [warm]: 100 })
      await writer.apply({ role: 'stable', release: old.release, instances: old.instances, keepOld: false })
    },
  })
}
