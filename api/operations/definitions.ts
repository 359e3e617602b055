import type { ExecutionInput } from '../../store/store.ts'
import type { PinnedDefinition } from '../contract/routes/definitions.ts'
import type { Catalog } from '../definitions/catalog.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'
import { within } from '../within.ts'

/** Milliseconds that sources of pipelines may take. */
const patience = 2_000

export function definitionOperations({ store, catalog }: Services): Pick<Handlers, 'getExecutionDefinition'> {
  return {
    async getExecutionDefinition({ params: { id } }) {
      const input = await store.input(id)
      if (input === null) throw new Refusal('not-found', `there is no execution ${id}`)
      const { revision, definitionHash, definition } = input
      // What is pinned comes from the store: it is told whatever has become of the sources, and however slow they are.
      const [text, inForce] = await Promise.all([
        within(patience, catalog.textAt(revision, definition.name)),
        within(patience, inForceFor(input, catalog)),
      ])
      return {
        body: { revision, definitionHash, definition: JSON.parse(JSON.stringify(definition)), text, inForce },
      }
    },
  }
}

/** Whoever may read the run may read this only as long as the name has stayed with the run's application. */
async function inForceFor(
  { definition, definitionHash }: ExecutionInput,
  catalog: Catalog,
): Promise<PinnedDefinition['inForce']> {
  const now = await catalog.get(definition.name)
  if (now === null || now.pipeline?.application !== definition.application) return null
  return { revision: now.revision, text: now.text, differs: now.definitionHash !== definitionHash }
}
