import type { z } from 'zod'
import type { auditRecord } from '../../api/contract/audit.ts'

type AuditRecord = z.output<typeof auditRecord>

const sketches: [actor: string, action: string, subject: string, refused: boolean, data: Record<string, unknown>][] = [
  ['ada', 'execution.rollback', 'execution:checkout-3f2a925af6', false, { reason: 'orders fail in Spain' }],
  ['grace', 'judgment.approve', 'execution:payments-3f2a91e1aa', false, { stage: 'approve-us', seen: 'sha256:77b1' }],
  ['mallory', 'judgment.approve', 'execution:payments-3f2a91e1aa', true, { why: 'they started the execution' }],
  ['system', 'verdict.fail', 'execution:checkout-3f2a925af6', false, { stage: 'canary', metric: 'errors' }],
  ['ci:github', 'execution.start', 'execution:checkout-3f2a925af6', false, { version: '1.7.9' }],
  ['grace', 'freeze.create', 'freeze:quarter-end', false, { reason: 'The books are closed.' }],
  ['ada', 'token.create', 'token:nightly-build', false, { expires: '2027-01-01T00:00:00.000Z' }],
  ['stranger', 'session.open', 'session', true, { why: 'the code is not known' }],
  ['system', 'configuration.change', 'server', false, { targets: 'us added' }],
]

/** Made-up answers of the audit log; null for an address that is none of its. */
export function auditOf(path: string, search: URLSearchParams): unknown {
  if (path === '/api/v1/audit/verification') return { firstBad: null, head: { sequence: 41, hash: records[0]!.hash } }
  if (path === '/api/v1/audit/records') return { items: search.get('after') === '0' ? records.toReversed() : [] }
  if (path !== '/api/v1/audit') return null
  const parts = ['actor', 'action', 'subject', 'outcome'] as const
  const fits = (record: AuditRecord) => parts.every(part => [null, record[part]].includes(search.get(part)))
  return { items: records.filter(fits), next: null }
}

const records: AuditRecord[] = sketches.map(([actor, action, subject, refused, data], index) => ({
  ...{ sequence: 41 - index, at: new Date(Date.now() - (index + 1) ** 2 * 90_000).toISOString() },
  ...{ actor, action, subject, data, outcome: refused ? 'refused' : 'allowed' },
  ...{ previous: hashed(40 - index), hash: hashed(41 - index) },
}))

function hashed(sequence: number): string {
  return (sequence * 7_919 + 104_729).toString(16).padStart(8, 'e').repeat(8)
}
