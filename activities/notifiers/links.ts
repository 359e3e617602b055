import type { AuditEntry, Store } from '../../store/store.ts'
import type { ApprovalLinks, LinkClaims } from '../approval-links.ts'
import type { Notice, NotifyRequest } from '../stage-requests.ts'

/** A way to answer one judgment, once. */
export interface Link {
  stage: string
  url: string
  expiresAt: string
}

/** Links for the judgments of a notice; `subject` is the only person who may use them, if there is one. */
export type LinksFor = (notice: Notice, subject?: string) => Promise<Link[]>

/** The links of one message. */
export type LinksOf = (request: Pick<NotifyRequest, 'id' | 'connection'>) => LinksFor

/** Messages without links. */
export const noLinks: LinksOf = () => async () => []

/** Makes links, and records each before it is sent: once, however often it is sent. */
export function recordedLinks(links: ApprovalLinks, store: Pick<Store, 'audit'>): LinksOf {
  return ({ id: message, connection }) =>
    async (notice, subject) => {
      const { execution, at, judgments = [] } = notice
      const order = { message, connection, execution, at, subject: subject ?? null }
      const made = await Promise.all(judgments.map(question => links.make({ ...order, ...question })))
      for (const { claims } of made) await store.audit(entryOf(claims, at), `approval-link/${claims.id}`)
      return made.map(({ url, claims: { stage, expiresAt } }) => ({ stage, url, expiresAt }))
    }
}

function entryOf({ id, execution, stage, seen, connection, subject, expiresAt }: LinkClaims, at: string): AuditEntry {
  return {
    at,
    actor: 'slipway',
    action: 'approval-link.send',
    subject: `execution:${execution}`,
    outcome: 'allowed',
    data: { link: id, stage, seen, connection, for: subject, expiresAt },
  }
}
