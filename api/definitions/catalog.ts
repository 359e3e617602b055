import { type Definition, problemOf } from './definition.ts'
import type { Source, SourceState } from './source.ts'

/** The pipelines that can be triggered, and those that cannot with the reason; each in the version that is in force. */
export interface Catalog {
  list(): Promise<Definition[]>
  get(name: string): Promise<Definition | null>
  sources(): Promise<SourceState[]>
  /** The text a pipeline had at a revision; null when no source can tell any more. */
  textAt(revision: string, pipeline: string): Promise<string | null>
  /** Asks remotes now; all of them, or those of one origin. */
  refresh(origin?: string): Promise<void>
}

export function createCatalog(sources: readonly Source[]): Catalog {
  const list = async () => refuseDoubles((await Promise.all(sources.map(source => source.list()))).flat())
  return {
    list,
    get: async name => (await list()).find(definition => definition.name === name) ?? null,
    sources: () => Promise.all(sources.map(source => source.state())),
    async textAt(revision, pipeline) {
      for (const source of sources) {
        const text = await source.textAt(revision, pipeline)
        if (text !== null) return text
      }
      return null
    },
    async refresh(origin) {
      const states = await Promise.all(sources.map(source => source.state()))
      const meant = sources.filter((_, index) => origin === undefined || states[index]!.origin === origin)
      await Promise.all(meant.map(source => source.refresh()))
    },
  }
}

/** Two files with one name: neither may run, since nobody can tell which was meant. */
export function refuseDoubles(definitions: readonly Definition[]): Definition[] {
  const sources = Map.groupBy(definitions, definition => definition.name)
  return definitions.map(definition => {
    const others = sources.get(definition.name)!.filter(other => other !== definition)
    if (others.length === 0) return definition
    const message = `the name ${definition.name} is also used by ${others.map(other => placeOf(other, definition)).join(', ')}`
    const problems = [...definition.problems, problemOf(message, '/name')]
    return { ...definition, pipeline: null, definitionHash: null, problems }
  })
}

function placeOf({ source, origin }: Definition, seenFrom: Definition): string {
  return origin === seenFrom.origin ? source : `${source} of ${origin}`
}
