import type { AuditEntry } from '../../store/store.ts'
import { type Call, callerOf } from '../http/handler.ts'
import type { Services } from '../services.ts'

/**
 * Into the audit log, without making the caller wait: what was done is also an event of the run, and gets there with it
 * if this process dies. `key` is that of an entry which is then the same.
 */
export function note(
  services: Services,
  call: Pick<Call<'startExecution'>, 'principal' | 'requestId'>,
  action: string,
  execution: string,
  data: AuditEntry['data'] = {},
  key?: string,
): void {
  const entry: AuditEntry = {
    at: new Date().toISOString(),
    actor: callerOf(call).name,
    action,
    subject: `execution:${execution}`,
    outcome: 'allowed',
    data: { requestId: call.requestId, ...data },
  }
  services.store.audit(entry, key).catch(error => services.log.warn({ err: error, entry }, 'not in the audit log'))
}
