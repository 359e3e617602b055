import { openapi } from '../contract/openapi.ts'
import { checkHealth } from '../health.ts'
import type { Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

export function serverOperations(
  services: Services,
): Pick<Handlers, 'getHealth' | 'getMetrics' | 'getOpenapi' | 'getServer'> {
  const document = openapi(services.version)
  return {
    async getHealth({ query: { probe } }) {
      const health = await checkHealth(services)
      return { body: health, status: probe === 'live' || health.status === 'ok' ? 200 : 503 }
    },

    getOpenapi: async () => ({ body: document }),

    getServer: async () => ({ body: { version: services.version, configuration: services.state() } }),

    async getMetrics() {
      services.metrics.refusedConfiguration.set(services.state().refused === null ? 0 : 1)
      return { body: await services.metrics.registry.metrics() }
    },
  }
}
