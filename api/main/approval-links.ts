import { type ApprovalLinks, createApprovalLinks } from '../../activities/approval-links.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'

/** As configured; null where messages carry no links. */
export function openApprovalLinks({ server }: Pick<Configuration, 'server'>, secrets: Secrets): ApprovalLinks | null {
  const { approvalLinks, url } = server
  if (approvalLinks === undefined || url === undefined) return null
  return createApprovalLinks({ configuration: approvalLinks, url, secrets, now: Date.now })
}
