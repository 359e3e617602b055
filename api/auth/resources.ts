import type { Store } from '../../store/store.ts'
import type { Catalog } from '../definitions/catalog.ts'
import { reachOf, targetsOf } from '../executions/reach.ts'
import { type Place, unknownEnvironment } from './policy.ts'

/** Where the things that requests are about belong, as they are stored; null when there is no such thing. */
export interface Resources {
  execution(id: string): Promise<Place | null>
  pipeline(name: string): Promise<Place | null>
}

export interface ResourceDependencies {
  store: Pick<Store, 'get' | 'input'>
  catalog: Pick<Catalog, 'get'>
  /** Null for a target that is not configured (any more). */
  environmentOf(target: string): string | null
}

const kept = 10_000

/** What a run belongs to never changes, so it is read once: a stream of events asks for it with every event. */
export function createResources({ store, catalog, environmentOf }: ResourceDependencies): Resources {
  const known = new Map<string, { application: string; targets: readonly string[] }>()

  // A target that an expression gives could be any.
  const place = (application: string, targets: readonly string[]): Place => ({
    application,
    environments: [...new Set(targets.map(target => environmentOf(target) ?? unknownEnvironment))],
  })

  async function read(id: string) {
    const [execution, input] = await Promise.all([store.get(id), store.input(id)])
    if (execution === null && input === null) return null
    // Without its definition nobody can say what it touched.
    if (input === null) return { application: execution!.application, targets: [unknownEnvironment] }
    return { application: input.definition.application, targets: input.reach ?? targetsOf(input.definition) }
  }

  return {
    async execution(id) {
      const found = known.get(id) ?? (await read(id))
      if (found === null) return null
      if (known.size >= kept) known.delete(known.keys().next().value!)
      known.set(id, found)
      return place(found.application, found.targets)
    },

    async pipeline(name) {
      const definition = await catalog.get(name)
      if (definition === null) return null
      const { pipeline } = definition
      if (pipeline !== null) return place(pipeline.application, await reachOf(pipeline, catalog))
      return place(statedApplication(definition.text) ?? unknownApplication, [unknownEnvironment])
    },
  }
}

/** No application can be called so: only who may see all applications sees what belongs to none. */
const unknownApplication = '?'

/** The application of a file that is not valid, so that its owners can read what is wrong with it. */
export function statedApplication(text: string): string | null {
  return /^application:\s*['"]?([a-z0-9][a-z0-9-]{0,62})['"]?\s*(?:#.*)?$/m.exec(text)?.[1] ?? null
}
