import { type ApprovalLinks, type LinkClaims, LinkRefused } from '../../activities/approval-links.ts'
import { missing } from '../auth/authorize.ts'
import type { Principal } from '../auth/principal.ts'
import type { steeringRoutes } from '../contract/routes/steering.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function approvalLinkOperations(
  services: Services,
): Pick<Handlers, Extract<keyof typeof steeringRoutes, 'getApprovalLink'>> {
  return {
    async getApprovalLink(call) {
      const { execution, stage, seen, connection, expiresAt } = await readLink(
        services,
        callerOf(call),
        call.headers['approval-link'],
      )
      return { body: { execution, stage, seen, connection, expiresAt } }
    },
  }
}

/** What a link asks of whoever holds it; refused when it cannot be answered, or not by them. Changes nothing. */
export async function readLink(services: Services, principal: Principal, token: string): Promise<LinkClaims> {
  const { approvalLinks, connections, resources, store } = services
  const claims = await verified(approvalLinks, token)
  if (!connections.has(claims.connection))
    throw new Refusal('forbidden', `this link was sent over ${claims.connection}, which is not a connection any more`)
  if (claims.subject !== null && !isSame(claims.subject, principal.subject))
    throw new Refusal(
      'forbidden',
      `this link is for ${claims.subject.replace('user:', '')}; ${principal.name} is signed in`,
    )
  const place = await resources.execution(claims.execution)
  if (place === null || !principal.access.can('execution:read', place))
    throw missing({ kind: 'execution', name: claims.execution })
  if (await store.isClaimed(claimOf(claims))) throw used(claims)
  await refuseAnswered(services, claims)
  return claims
}

/**
 * Answers through a link. It is used up before the answer is given, so that of two at the same time one counts; an answer
 * that the run refuses gives it back.
 */
export async function answerThrough<T>({ store }: Services, claims: LinkClaims, answer: () => Promise<T>): Promise<T> {
  // Kept longer than the link lives: clocks of servers differ.
  const until = new Date(Date.parse(claims.expiresAt) + 86_400_000).toISOString()
  if (!(await store.claim(claimOf(claims), until))) throw used(claims)
  try {
    return await answer()
  } catch (error) {
    if (error instanceof Refusal) await store.release(claimOf(claims)).catch(() => {})
    throw error
  }
}

async function verified(links: ApprovalLinks | null, token: string): Promise<LinkClaims> {
  if (links === null) throw new Refusal('not-found', 'this server makes no approval links; see server.approvalLinks')
  try {
    return await links.read(token)
  } catch (error) {
    if (!(error instanceof LinkRefused)) throw error
    if (error.why === 'forged') throw new Refusal('forbidden', error.message)
    throw new Refusal('refused', `${error.message}; answer in the inbox instead`)
  }
}

/** What is asked now may be something else, or nothing any more. */
async function refuseAnswered({ store }: Services, { execution, stage, seen }: LinkClaims): Promise<void> {
  const run = await store.get(execution)
  const found = run?.stages.find(({ id }) => id === stage)
  const judgment = found?.status === 'waiting' ? found.progress?.judgment : undefined
  if (judgment === undefined)
    throw new Refusal('refused', `${stage} of ${execution} does not wait for an answer any more`)
  if (judgment.seen !== seen)
    throw new Refusal('stale', `what ${stage} asks about has changed since this link was sent; look again`)
}

function claimOf({ id }: LinkClaims): string {
  return `approval-link/${id}`
}

function used({ execution }: LinkClaims): Refusal {
  return new Refusal('refused', `this link was used already; ${execution} shows who answered`)
}

/** Addresses of mail are written in more than one way. */
function isSame(meant: string, subject: string): boolean {
  return meant.toLowerCase() === subject.toLowerCase()
}
