import { unauthenticated } from '../auth/identity.ts'
import { loginPatience } from '../auth/oidc.ts'
import type { Principal } from '../auth/principal.ts'
import { sessionLifetime, type Who } from '../auth/sessions.ts'
import { rights } from '../contract/permissions.ts'
import type { sessionRoutes } from '../contract/routes/sessions.ts'
import type { LoginMethods, Session } from '../contract/server.ts'
import { type Call, callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function sessionOperations(services: Services): Pick<Handlers, keyof typeof sessionRoutes> {
  const { identity, version, url } = services
  const { sessions, users, limits, oidc } = identity

  const cookie = (name: string, value: string, { maxAge, sameSite }: { maxAge: number; sameSite: 'Strict' | 'Lax' }) =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${Math.floor(maxAge / 1_000)}${isSecure() ? '; Secure' : ''}`
  const isSecure = () => url().startsWith('https:')
  const sessionCookie = (value: string, maxAge: number) =>
    cookie(services.cookie(), value, { maxAge, sameSite: 'Strict' })
  /** Comes back with a navigation from the provider, so it cannot be strict; it opens nothing by itself. */
  const transactionCookie = (value: string, maxAge: number) =>
    cookie(`${services.cookie()}_login`, value, { maxAge, sameSite: 'Lax' })

  const describe = ({ name, type, roles, groups, access }: Principal): Session => ({
    principal: { name, type, roles: [...roles], groups: [...groups] },
    rights: rights.filter(right => access.canSomewhere(right)),
    server: { version },
  })

  /** Always a new session; one that the browser had before is over. */
  async function open(whose: Who, before: string | null): Promise<string> {
    if (before !== null) await sessions.close(before)
    return sessionCookie(await sessions.open(whose), sessionLifetime)
  }

  async function whoseCode(code: string): Promise<Who> {
    const whose = await sessions.redeem(code)
    if (whose !== null) return whose
    throw unauthenticated('this link was used already or is too old; `slipway login` prints a new one')
  }

  async function whosePassword(user: string, password: string, address: string): Promise<Who> {
    const attempt = await limits.login(address, user)
    const found = await users.check(user, password)
    if (found !== null) return { type: 'user', name: found.name }
    await attempt.failed()
    throw unauthenticated('no such name and password')
  }

  return {
    async getSession(call) {
      return { body: describe(callerOf(call)) }
    },

    async getLoginMethods() {
      const methods: LoginMethods['methods'] = [{ type: 'link' }]
      if (identity.hasUsers) methods.push({ type: 'password' })
      if (oidc !== null) methods.push({ type: 'oidc', name: oidc.name, url: '/api/v1/session/oidc' })
      return { body: { methods } }
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

    async openSession(call) {
      const { body, address } = call
      const whose = 'code' in body ? await whoseCode(body.code) : await whosePassword(body.user, body.password, address)
      const principal = await identity.principalOf(whose)
      if (principal === null) throw unauthenticated('whom this link was for is not known here any more')
      const set = await open(whose, call.cookie(services.cookie()))
      return { body: describe(principal), headers: { 'set-cookie': set } }
    },

    async closeSession(call) {
      const open = call.cookie(services.cookie())
      if (open !== null) await sessions.close(open)
      return { body: null, headers: { 'set-cookie': sessionCookie('', 0) } }
    },

    async createLoginLink(call) {
      const { code, expiresAt } = sessions.issueCode(await whoseSession(call, services))
      return { body: { url: `${url()}/login#code=${code}`, expiresAt: new Date(expiresAt).toISOString() } }
    },

    async beginOidcLogin() {
      const begun = await configured(oidc).begin()
      const headers = { location: begun.url, 'set-cookie': transactionCookie(begun.transaction, loginPatience) }
      return { body: null, headers }
    },

    async finishOidcLogin(call) {
      const query = new URLSearchParams(call.query as Record<string, string>)
      const person = await configured(oidc).finish(query, call.cookie(`${services.cookie()}_login`))
      const data = { requestId: call.requestId, provider: configured(oidc).name }
      await services.auditor.done({ actor: person.name, action: 'session.open', subject: 'session', data })
      const set = await open(
        { type: 'oidc', name: person.name, groups: [...person.groups] },
        call.cookie(services.cookie()),
      )
      return { body: null, headers: { location: '/', 'set-cookie': [set, transactionCookie('', 0)] } }
    },
  }
}

function configured<T>(oidc: T | null): T {
  if (oidc === null) throw new Refusal('not-found', 'this server has no provider to sign in at; see auth.oidc')
  return oidc
}

/** A link signs in as the one who asks for it, and as nobody else. */
async function whoseSession(call: Call<'createLoginLink'>, { identity, cookie }: Services): Promise<Who> {
  const principal = callerOf(call)
  const own = call.cookie(cookie())
  if (principal.type === 'session') return (await identity.sessions.find(own ?? ''))!
  if (principal.type === 'token' && principal.tokenId !== undefined) return { type: 'token', id: principal.tokenId }
  if (principal.name === 'local') return identity.localOwner
  throw new Refusal('forbidden', `${principal.name} is no person and needs no link`)
}
