import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function definitionOperations({ store }: Services): Pick<Handlers, 'getExecutionDefinition'> {
  return {
    async getExecutionDefinition({ params: { id } }) {
      const input = await store.input(id)
      if (input === null) throw new Refusal('not-found', `there is no execution ${id}`)
      const { revision, definitionHash, definition } = input
      return { body: { revision, definitionHash, definition: JSON.parse(JSON.stringify(definition)) } }
    },
  }
}
