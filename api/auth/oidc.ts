import * as oidc from 'openid-client'
import type { OidcConfiguration } from '../../pipeline/schema/configuration/auth.ts'
import type { SessionStore } from '../../store/sessions.ts'
import { unavailable } from '../http/refusal.ts'
import { unauthenticated } from './identity.ts'
import type { Person } from './principal.ts'
import { createSigner } from './secrets.ts'

/** How long somebody may take at the provider, in milliseconds. */
export const loginPatience = 10 * 60_000

/** Login at a provider: OpenID Connect, code flow with PKCE. */
export interface OidcLogin {
  name: string
  /** Where to send the browser, and what it has to bring back in a cookie of its own. */
  begin(): Promise<{ url: string; transaction: string }>
  /** Who came back with `query`; each login works once, in the browser that began it. */
  finish(query: URLSearchParams, transaction: string | null): Promise<Person>
}

export interface OidcDependencies {
  configuration: OidcConfiguration
  /** Asked each time, so that a new one needs no restart. */
  clientSecret: (() => Promise<string>) | null
  store: Pick<SessionStore, 'claim'>
  /** Signs what the browser brings back. */
  secret: string
  /** Of the callback, as the provider knows it. */
  redirectUri(): string
  now(): number
}

interface Transaction {
  verifier: string
  state: string
  nonce: string
}

export function createOidcLogin(dependencies: OidcDependencies): OidcLogin {
  const { configuration, clientSecret, store, secret, redirectUri, now } = dependencies
  const transactions = createSigner<Transaction>(secret, 'login at a provider', now)
  const provider = discovery(configuration, clientSecret)

  return {
    name: configuration.name,

    async begin() {
      const verifier = oidc.randomPKCECodeVerifier()
      const transaction = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce() }
      const url = oidc.buildAuthorizationUrl(await provider(), {
        redirect_uri: redirectUri(),
        scope: configuration.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: transaction.state,
        nonce: transaction.nonce,
      })
      return { url: url.href, transaction: transactions.sign(transaction, now() + loginPatience) }
    },

    async finish(query, text) {
      const begun = text === null ? null : transactions.read(text)
      if (begun === null)
        throw unauthenticated('this login was begun in another browser, or too long ago; sign in again')
      const until = new Date(now() + loginPatience).toISOString()
      if (!(await store.claim(`oidc/${begun.state}`, until)))
        throw unauthenticated('this login was used already; sign in again')
      const at = await provider()
      const claims = await exchange(at, new URL(`${redirectUri()}?${query}`), begun)
      return personOf(claims, configuration)
    },
  }
}

/** The provider's own description, read once it is needed and kept; a provider that is away is asked again. */
function discovery({ issuer, clientId }: OidcConfiguration, secret: OidcDependencies['clientSecret']) {
  let found: Promise<oidc.Configuration> | null = null
  const execute = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []
  const discovered = (): Promise<oidc.Configuration> => {
    found ??= oidc
      .discovery(new URL(issuer), clientId, undefined, oidc.None(), { execute, timeout: 10 })
      .catch(error => {
        found = null
        throw unavailable(`the provider ${issuer} does not answer: ${words(error)}`, 5)
      })
    return found
  }
  return async (): Promise<oidc.Configuration> => {
    const provider = await discovered()
    if (secret === null) return provider
    const own = await secret().catch(() => {
      throw unavailable('the client secret of this server cannot be read; see auth.oidc.clientSecret', 5)
    })
    const known = new oidc.Configuration(provider.serverMetadata(), clientId, undefined, oidc.ClientSecretBasic(own))
    for (const change of execute) change(known)
    known.timeout = 10
    return known
  }
}

type Claims = Readonly<Record<string, unknown>>

async function exchange(provider: oidc.Configuration, url: URL, begun: Transaction): Promise<Claims> {
  try {
    const answer = await oidc.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: begun.verifier,
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      idTokenExpected: true,
    })
    const claims = answer.claims()!
    if (provider.serverMetadata().userinfo_endpoint === undefined) return claims
    // What is in the signed token wins over what is only told.
    return { ...(await oidc.fetchUserInfo(provider, answer.access_token, claims.sub)), ...claims }
  } catch (error) {
    throw unauthenticated(`the provider did not confirm the login: ${words(error)}`)
  }
}

function personOf(claims: Claims, { userClaim, groupsClaim, issuer }: OidcConfiguration): Person {
  const name = claims[userClaim]
  if (typeof name !== 'string' || !/^[^\s:][^\s]{0,190}$/.test(name))
    throw unauthenticated(`the provider does not tell "${userClaim}", which names people here`)
  if (userClaim === 'email' && claims.email_verified !== true)
    throw unauthenticated(`the provider has not verified the address ${name}`)
  const groups = claims[groupsClaim]
  return {
    // Never the name of one of this server's own users, who have no @.
    name: name.includes('@') ? name : `${name}@${new URL(issuer).hostname}`,
    groups: Array.isArray(groups) ? groups.filter(group => typeof group === 'string').slice(0, 500) : [],
  }
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
