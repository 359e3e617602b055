import { checkHealth } from '../health.ts'
import type { Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

export function serverOperations(services: Services): Pick<Handlers, 'getHealth' | 'getMetrics'> {
  return {
    async getHealth({ query: { probe } }) {
      const health = await checkHealth(services)
      return { body: health, status: probe === 'live' || health.status === 'ok' ? 200 : 503 }
    },

    async getMetrics() {
      return { body: await services.metrics.registry.metrics() }
    },
  }
}
