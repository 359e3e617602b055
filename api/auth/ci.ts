import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { CiSubject } from '../../pipeline/schema/configuration/auth.ts'
import { unavailable } from '../http/refusal.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'

/** Jobs of CI systems, known by the token that the system itself gives them (OpenID Connect). */
export interface CiTokens {
  /** Null when the token is none of a configured issuer. Rejects with `CiRefused` when it is, and is not good enough. */
  find(token: string): Promise<Principal | null>
}

export class CiRefused extends Error {
  override readonly name = 'CiRefused'
}

const issuers = { github: 'https://token.actions.githubusercontent.com', gitlab: 'https://gitlab.com' } as const

/** Only asymmetric ones: with a public key for a secret anyone could sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA']
const maxTokenAge = '2h'
const clockTolerance = 30

export function createCiTokens(subjects: Readonly<Record<string, CiSubject>>, policy: () => Policy): CiTokens {
  const configured = Object.entries(subjects).map(([name, subject]) => ({
    name,
    ...subject,
    issuer: (subject.issuer ?? issuers[subject.type]).replace(/\/$/, ''),
  }))
  const keys = new Map(configured.map(({ issuer }) => [issuer, keysOf(issuer)]))

  return {
    async find(token) {
      const issuer = claimedIssuer(token)
      const meant = configured.filter(subject => subject.issuer === issuer)
      const getKey = issuer === null ? undefined : keys.get(issuer)
      if (getKey === undefined || meant.length === 0) return null
      const claims = await verified(token, await getKey(), {
        issuer: issuer!,
        audience: meant.map(({ audience }) => audience),
      })
      const audiences = [claims.aud ?? []].flat()
      const subject = meant.find(one => audiences.includes(one.audience) && isMeant(one, claims))
      if (subject === undefined) throw new CiRefused(`no entry of auth.ci is for this job: ${described(claims)}`)
      const name = `ci:${subject.name}`
      return { name, type: 'ci', subject: name, groups: [], ...policy().accessOf([name]) }
    },
  }
}

function claimedIssuer(token: string): string | null {
  try {
    return decodeJwt(token).iss?.replace(/\/$/, '') ?? null
  } catch {
    return null
  }
}

type GetKey = ReturnType<typeof createRemoteJWKSet>

/** Where an issuer says that its keys are; asked for once it is needed. New keys are fetched when one is not known. */
function keysOf(issuer: string): () => Promise<GetKey> {
  let found: Promise<GetKey> | null = null
  const discover = async () => {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    const { jwks_uri, issuer: own } = (await response.json()) as { jwks_uri?: unknown; issuer?: unknown }
    if (own !== issuer || typeof jwks_uri !== 'string') throw new Error('it describes another issuer')
    if (new URL(jwks_uri).protocol === 'http:' && issuer.startsWith('https:'))
      throw new Error('its keys are not on https')
    return createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: 10_000, cooldownDuration: 5_000 })
  }
  return () => {
    found ??= discover().catch(error => {
      found = null
      throw unavailable(`the issuer ${issuer} does not answer: ${error instanceof Error ? error.message : error}`, 5)
    })
    return found
  }
}

async function verified(
  token: string,
  key: GetKey,
  expected: { issuer: string; audience: string[] },
): Promise<JWTPayload> {
  try {
    const options = { ...expected, algorithms, maxTokenAge, clockTolerance, requiredClaims: ['exp', 'iat', 'sub'] }
    return (await jwtVerify(token, key, options)).payload
  } catch (error) {
    if (error instanceof errors.JWKSTimeout) throw unavailable(`the keys of ${expected.issuer} cannot be read`, 5)
    if (error instanceof errors.JOSEError) throw new CiRefused(error.message)
    throw unavailable(`the keys of ${expected.issuer} cannot be read`, 5)
  }
}

/** By id, never by name: a name can be given up and taken by somebody else. */
function isMeant({ type, repository, refs, environment }: CiSubject, claims: JWTPayload): boolean {
  // Runs with the rights of the base branch on behalf of a stranger's pull request.
  if (claims.event_name === 'pull_request_target') return false
  const { id, ref } = places[type](claims)
  if (id !== repository || !refs.some(pattern => matches(pattern, ref))) return false
  return environment === undefined || claims.environment === environment
}

const places = {
  github: (claims: JWTPayload) => ({ id: text(claims.repository_id), ref: text(claims.ref) }),
  gitlab: (claims: JWTPayload) => ({
    id: text(claims.project_id),
    ref: `refs/${claims.ref_type === 'tag' ? 'tags' : claims.ref_type === 'branch' ? 'heads' : 'unknown'}/${text(claims.ref)}`,
  }),
} as const satisfies Record<CiSubject['type'], (claims: JWTPayload) => { id: string; ref: string }>

function matches(pattern: string, ref: string): boolean {
  return pattern.endsWith('*') ? ref.startsWith(pattern.slice(0, -1)) : ref === pattern
}

function text(claim: unknown): string {
  return typeof claim === 'string' || typeof claim === 'number' ? String(claim) : ''
}

function described(claims: JWTPayload): string {
  const told = ['repository_id', 'project_id', 'ref', 'environment', 'event_name'].filter(
    key => claims[key] !== undefined,
  )
  return told.map(key => `${key} ${text(claims[key]).slice(0, 100)}`).join(', ') || 'it names no repository'
}
