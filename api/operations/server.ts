import { unauthenticated } from '../auth/identity.ts'
import type { Principal } from '../auth/principal.ts'
import { sessionLifetime } from '../auth/sessions.ts'
import { rights } from '../contract/permissions.ts'
import type { Session } from '../contract/server.ts'
import { checkHealth } from '../health.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

type Operations = 'getSession' | 'openSession' | 'closeSession' | 'createLoginLink' | 'getHealth' | 'getMetrics'

export function serverOperations(services: Services): Pick<Handlers, Operations> {
  const { sessions, metrics, version } = services
  const cookieOf = (value: string, maxAge: number) =>
    `${services.cookie()}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${services.url().startsWith('https:') ? '; Secure' : ''}`
  const sessionOf = ({ name, type, rights: own }: Principal): Session => ({
    principal: { name, type },
    rights: rights.filter(right => own.has(right)),
    server: { version },
  })

  return {
    async getSession(call) {
      return { body: sessionOf(callerOf(call)) }
    },

    async openSession({ body: { code } }) {
      const cookie = sessions.open(code)
      if (cookie === null)
        throw unauthenticated('this link was used already or is too old; `slipway login` prints a new one')
      const principal: Principal = { name: 'local', type: 'session', rights: new Set(rights) }
      return { body: sessionOf(principal), headers: { 'set-cookie': cookieOf(cookie, sessionLifetime / 1_000) } }
    },

    async closeSession({ cookie }) {
      if (cookie !== null) sessions.close(cookie)
      return { body: null, headers: { 'set-cookie': cookieOf('', 0) } }
    },

    async createLoginLink() {
      const { code, expiresAt } = sessions.issueCode()
      return { body: { url: `${services.url()}/login#code=${code}`, expiresAt: new Date(expiresAt).toISOString() } }
    },

    async getHealth({ query: { probe } }) {
      const health = await checkHealth(services)
      return { body: health, status: probe === 'live' || health.status === 'ok' ? 200 : 503 }
    },

    async getMetrics() {
      return { body: await metrics.registry.metrics() }
    },
  }
}
