import type { Principal } from '../auth/principal.ts'
import { type Operation, routes } from '../contract/routes.ts'
import { Refusal } from '../http/refusal.ts'
import { actionOf, changes, isRecorded, subjectIn } from './actions.ts'
import type { AuditFacts, Auditor } from './auditor.ts'

export interface Recorded {
  operation: Operation
  requestId: string
  address: string
  params: Readonly<Record<string, unknown>>
  /** Null before, or without, an identity. */
  principal: Principal | null
}

/** Kinds of refusals that say no to somebody, as opposed to "not like this" and "not now". */
const refusing: ReadonlySet<string> = new Set([
  'unauthenticated',
  'forbidden',
  'not-found',
  'already-ended',
  'refused',
  'stale',
  'frozen',
  'idempotency-mismatch',
])

/** After it was done, before it is answered: what was answered is in the log. */
export async function recordDone(auditor: Auditor, recorded: Recorded, body: unknown): Promise<void> {
  if (!isRecorded(recorded.operation)) return
  await auditor.done(factsOf(recorded, recorded.principal?.name ?? principalIn(body), {}))
}

/** What was refused, and why; of reading, only what was not allowed. */
export function recordRefusal(auditor: Auditor, recorded: Recorded, error: unknown): void {
  if (!(error instanceof Refusal) || !refusing.has(error.kind) || recorded.operation === 'receiveHook') return
  const isDenial = error.kind === 'forbidden' || error.kind === 'unauthenticated'
  if (!changes(routes[recorded.operation]) && !isDenial) return
  const data = { kind: error.kind, reason: error.message.slice(0, 500), address: recorded.address }
  auditor.refused(factsOf(recorded, recorded.principal?.name ?? `stranger:${recorded.address}`, data))
}

function factsOf({ operation, requestId, params }: Recorded, actor: string, data: AuditFacts['data']): AuditFacts {
  const { stage } = params
  return {
    actor,
    action: actionOf(operation),
    subject: subjectIn(routes[operation], params),
    data: { requestId, ...(typeof stage === 'string' ? { stage } : {}), ...data },
  }
}

/** Who signed in is in the answer. */
function principalIn(body: unknown): string {
  const principal = (body as { principal?: { name?: unknown } } | null)?.principal
  return typeof principal?.name === 'string' ? principal.name : 'somebody'
}
