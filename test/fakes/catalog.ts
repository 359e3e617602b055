import type { Catalog } from '../../api/definitions/catalog.ts'
import type { Definition } from '../../api/definitions/definition.ts'

/** A catalog of one definition, which the test may exchange. */
export function fakeCatalog(definition: () => Definition | null): Catalog {
  const list = async () => [definition()].flatMap(each => each ?? [])
  return {
    list,
    get: async () => definition(),
    sources: async () => [],
    textAt: async () => null,
    refresh: async () => {},
  }
}
