import { hookAnswer } from '../contract/hooks.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function hookOperations(services: Services): Pick<Handlers, 'receiveHook' | 'listHooks' | 'listDeliveries'> {
  const { hooks, hookSources, catalog, store, url } = services

  return {
    async receiveHook({ params: { source }, headers, raw }) {
      const body = raw ?? Buffer.alloc(0)
      const answer = await hooks.receive(source, { headers: headers as Record<string, string>, body })
      const { executions, refused, replayed, reason } = answer
      if (executions.length === 0 && refused.length > 0) {
        const errors = refused.flatMap(each =>
          each.errors.map(error => ({ ...error, message: `${each.pipeline}: ${error.message}` })),
        )
        throw new Refusal('trigger-refused', `nothing was started: ${errors[0]?.message ?? reason}`, { errors })
      }
      const [first] = executions
      const location: Record<string, string> =
        first === undefined ? {} : { location: `/api/v1/executions/${first.execution}` }
      return {
        body: answer,
        status: first === undefined ? 200 : 202,
        headers: { ...location, 'idempotency-replayed': String(replayed) },
      }
    },

    async listHooks() {
      const definitions = await catalog.list()
      const items = Object.entries(hookSources).map(([name, { type }]) => ({
        ...{ name, type, url: `${url()}/api/v1/hooks/${name}` },
        pipelines: definitions.flatMap(({ pipeline }) =>
          pipeline?.triggers?.some(trigger => 'source' in trigger && trigger.source === name) ? [pipeline.name] : [],
        ),
      }))
      return { body: { items } }
    },

    async listDeliveries({ params: { source }, query: { limit } }) {
      if (!Object.hasOwn(hookSources, source)) throw new Refusal('not-found', `there is no hook source ${source}`)
      const deliveries = await store.deliveries.list(source, limit)
      return { body: { items: deliveries.map(({ at, answer }) => ({ ...hookAnswer.parse(answer), at })) } }
    },
  }
}
