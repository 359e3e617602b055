import type { auditRoutes } from '../contract/routes/audit.ts'
import type { Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

export function auditOperations({ store }: Services): Pick<Handlers, keyof typeof auditRoutes> {
  return {
    async searchAudit({ query: { limit, cursor, ...filter } }) {
      return { body: await store.auditLog(limit, cursor ?? null, filter) }
    },

    async exportAudit({ query: { after, limit } }) {
      return { body: { items: await store.auditAfter(after, limit) } }
    },

    async verifyAudit() {
      const firstBad = await store.verifyAudit()
      const [newest] = (await store.auditLog(1, null)).items
      return {
        body: { firstBad, head: newest === undefined ? null : { sequence: newest.sequence, hash: newest.hash } },
      }
    },
  }
}
