import { createHash } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { ApprovalLinksConfiguration } from '../pipeline/schema/configuration/server.ts'
import { Invalid } from './failures.ts'
import type { Secrets } from './secrets/secrets.ts'

/** What a link asks a person; an answer through it counts for exactly this. */
export interface LinkClaims {
  /** Of this link: it is used once. */
  id: string
  execution: string
  stage: string
  /** Hash of what the judgment asks about. */
  seen: string
  /** Connection it was sent over. */
  connection: string
  /** The only person who may use it; null: whoever may answer. */
  subject: string | null
  expiresAt: string
}

export interface LinkOrder extends Omit<LinkClaims, 'id' | 'expiresAt'> {
  /** Of the message that carries it: sent again, it carries the same link. */
  message: string
  /** When the message was made, and until when the judgment waits; ISO 8601. */
  at: string
  until: string
}

/** Links to answer a judgment with. They prove what was asked, not who answers: whoever opens one has to sign in. */
export interface ApprovalLinks {
  make(order: LinkOrder): Promise<{ url: string; claims: LinkClaims }>
  /** Rejects with `LinkRefused`. */
  read(token: string): Promise<LinkClaims>
}

export class LinkRefused extends Error {
  override readonly name = 'LinkRefused'
  readonly why: 'forged' | 'expired'

  constructor(why: LinkRefused['why'], message: string) {
    super(message)
    this.why = why
  }
}

export interface ApprovalLinkParts {
  configuration: ApprovalLinksConfiguration
  /** Where people reach the server, without a slash at the end. */
  url: string
  secrets: Secrets
  now(): number
}

const algorithm = 'HS256'
const type = 'slipway-approval-link'

export function createApprovalLinks({ configuration, url, secrets, now }: ApprovalLinkParts): ApprovalLinks {
  return {
    async make(order) {
      const { execution, stage, seen, connection, subject, message } = order
      const made = Date.parse(order.at)
      const ends = Math.floor(Math.min(made + configuration.lifetime, Date.parse(order.until)) / 1_000)
      const id = createHash('sha256')
        .update(JSON.stringify([message, stage, seen, subject]))
        .digest('base64url')
      const signing = new SignJWT({ execution, stage, seen, connection })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setJti(id)
        .setAudience(url)
        .setIssuedAt(Math.floor(made / 1_000))
        .setExpirationTime(ends)
      if (subject !== null) signing.setSubject(subject)
      const token = await signing.sign(await keyOf(configuration.keys[0]!, secrets))
      const claims = { id, execution, stage, seen, connection, subject, expiresAt: timestamp(ends) }
      // Behind the #: what unfurls links in chats asks for a page and never sees it.
      return { url: `${url}/approve#${token}`, claims }
    },

    async read(token) {
      for (const reference of configuration.keys) {
        const options = { algorithms: [algorithm], typ: type, audience: url, currentDate: new Date(now()) }
        const verified = await jwtVerify(token, await keyOf(reference, secrets), options).catch(refuseExpired)
        if (verified !== null) return claimsOf(verified.payload)
      }
      throw new LinkRefused('forged', 'this is no link of this server, or somebody has changed it')
    },
  }
}

async function keyOf(reference: ApprovalLinksConfiguration['keys'][number], secrets: Secrets): Promise<Uint8Array> {
  const key = await secrets.resolve(reference)
  if (key.length < 32) throw new Invalid('a key of server.approvalLinks has less than 32 characters')
  return new TextEncoder().encode(key)
}

/** The signature is checked before the time: what is expired was a link of ours. */
function refuseExpired(error: unknown): null {
  if (error instanceof errors.JWTExpired) throw new LinkRefused('expired', 'this link is too old')
  if (error instanceof errors.JOSEError) return null
  throw error
}

/** Signed here, so it has the form it was given. */
function claimsOf({ jti, exp, sub, ...payload }: Record<string, unknown>): LinkClaims {
  const { execution, stage, seen, connection } = payload as Record<string, string>
  return {
    ...{ id: jti as string, execution: execution!, stage: stage!, seen: seen!, connection: connection! },
    ...{ subject: (sub as string | undefined) ?? null, expiresAt: timestamp(exp as number) },
  }
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
