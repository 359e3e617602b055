import { readdirSync, readFileSync } from 'node:fs'
import { bootId, nonceVariable, type ProcessIdentity, statusOf } from './identity.ts'

/**
 * Running processes that a process has started, directly or not, without the process itself. They are known by the
 * nonce in their environment, which they inherit even when they leave the group or outlive their parent.
 *
 * Linux only; elsewhere the list is empty and what has left the process group is not found.
 */
export function relatives(identity: ProcessIdentity): number[] {
  if (process.platform !== 'linux' || identity.boot !== bootId()) return []
  const mark = `${nonceVariable}=${identity.nonce}\0`
  return processIds().filter(pid => pid !== identity.pid && environmentOf(pid).includes(mark) && runs(pid))
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return ''
  }
}

function runs(pid: number): boolean {
  return statusOf(pid)?.zombie === false
}
