import type { Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

export function breakerOperations({
  metricTypes,
  breakers,
}: Pick<Services, 'metricTypes' | 'breakers'>): Pick<Handlers, 'listBreakers'> {
  const unknown = { state: 'unknown', since: null, lastFailure: null } as const
  return {
    async listBreakers() {
      const known = new Map(breakers?.list().map(one => [one.name, one]))
      const items = Object.entries(metricTypes).map(([name, type]) => ({
        ...{ type, ...unknown, ...known.get(name) },
        name,
      }))
      return { body: { items } }
    },
  }
}
