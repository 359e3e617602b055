import { unauthenticated } from '../auth/identity.ts'
import { localAdministrator, type Principal } from '../auth/principal.ts'
import { sessionLifetime } from '../auth/sessions.ts'
import { rights } from '../contract/permissions.ts'
import type { Session } from '../contract/server.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

type Operations = 'getSession' | 'openSession' | 'closeSession' | 'createLoginLink' | 'getLoginMethods' | 'checkAccess'

export function sessionOperations(services: Services): Pick<Handlers, Operations> {
  const { sessions, version } = services
  const cookieOf = (value: string, maxAge: number) =>
    `${services.cookie()}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${services.url().startsWith('https:') ? '; Secure' : ''}`
  const sessionOf = ({ name, type, roles, groups, access }: Principal): Session => ({
    principal: { name, type, roles: [...roles], groups: [...groups] },
    rights: rights.filter(right => access.canSomewhere(right)),
    server: { version },
  })

  return {
    async getSession(call) {
      return { body: sessionOf(callerOf(call)) }
    },

    async getLoginMethods() {
      return { body: { methods: [{ type: 'link' }] } }
    },

    async checkAccess(call) {
      const { permission, application, environment } = call.query
      const { access } = callerOf(call)
      const environments = environment === undefined ? [] : [environment]
      const allowed =
        application === undefined
          ? access.canSomewhere(permission, environment)
          : access.can(permission, { application, environments })
      return { body: { allowed } }
    },

    async openSession({ body }) {
      const cookie = 'code' in body ? sessions.open(body.code) : null
      if (cookie === null)
        throw unauthenticated('this link was used already or is too old; `slipway login` prints a new one')
      return {
        body: sessionOf(localAdministrator('session')),
        headers: { 'set-cookie': cookieOf(cookie, sessionLifetime / 1_000) },
      }
    },

    async closeSession({ cookie }) {
      if (cookie !== null) sessions.close(cookie)
      return { body: null, headers: { 'set-cookie': cookieOf('', 0) } }
    },

    async createLoginLink() {
      const { code, expiresAt } = sessions.issueCode()
      return { body: { url: `${services.url()}/login#code=${code}`, expiresAt: new Date(expiresAt).toISOString() } }
    },
  }
}
