import type { Logger } from 'pino'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'
import { createCiTokens } from '../auth/ci.ts'
import { createIdentify } from '../auth/identity.ts'
import type { IdentityPart } from '../auth/identity-part.ts'
import type { Limits } from '../auth/limits.ts'
import { createOidcLogin, type OidcLogin } from '../auth/oidc.ts'
import { createPeople } from '../auth/people.ts'
import { createPolicy } from '../auth/policy.ts'
import { fingerprint } from '../auth/secrets.ts'
import { createSessions } from '../auth/sessions.ts'
import { createTokens } from '../auth/tokens.ts'
import { createUsers, noUsers, type Users } from '../auth/users.ts'
import { CliError, exitCodes } from '../cli/io.ts'

export interface IdentityPartOptions {
  configuration: Configuration
  store: Store
  token: string
  anonymous: boolean
  limits: Limits
  env: Readonly<Record<string, string | undefined>>
  secrets: Pick<Secrets, 'resolve'>
  url(): string
  cookie(): string
  origins(): ReadonlySet<string>
  viewers: ReadonlySet<string>
  log: Logger
}

/** All that tells who somebody is, put together. */
export function createIdentityPart(options: IdentityPartOptions): IdentityPart {
  const { configuration, store, token, anonymous, limits, cookie, origins, viewers, log } = options
  const rules = createPolicy(configuration.auth)
  const policy = () => rules
  const now = Date.now
  const users = openUsers(configuration.auth.users, log)
  // Names without @ are this server's own users; those of a provider are not known before they come.
  const isKnown = (owner: string) => !/^user:[^@]+$/.test(owner) || users.find(owner.slice('user:'.length)) !== null
  const tokens = createTokens({ store, policy, now, isKnown })
  const sessions = createSessions(store, token, now)
  const local = fingerprint(token)
  const principalOf = createPeople({ local, users, tokens, policy })
  const ci = createCiTokens(configuration.auth.ci, policy)
  return {
    ...{ sessions, tokens, limits, users, principalOf, policy },
    hasUsers: configuration.auth.users !== undefined,
    identify: createIdentify({ token, tokens, ci, sessions, principalOf, limits, anonymous, cookie, origins, viewers }),
    oidc: openOidc(options),
    localOwner: { type: 'local', of: local },
  }
}

function openUsers(file: string | undefined, log: Logger): Users {
  if (file === undefined) return noUsers
  try {
    return createUsers(file, log)
  } catch (error) {
    throw new CliError(`the user file ${file} cannot be used:\n${(error as Error).message}`, exitCodes.invalid)
  }
}

function openOidc({ configuration, store, token, env, secrets, url }: IdentityPartOptions): OidcLogin | null {
  const { oidc } = configuration.auth
  if (oidc === undefined) return null
  const reference = oidc.clientSecret
  // The earliest moment at which it can be told.
  if (reference !== undefined && 'env' in reference && !env[reference.env])
    throw new CliError(
      `auth.oidc.clientSecret: the environment variable ${reference.env} is not set`,
      exitCodes.invalid,
    )
  const clientSecret = reference === undefined ? null : () => secrets.resolve(reference)
  const redirectUri = () => `${url()}/api/v1/session/oidc/callback`
  return createOidcLogin({ configuration: oidc, clientSecret, store, secret: token, redirectUri, now: Date.now })
}
