import { guardedClient } from './http/client.ts'
import type { Probed, ProbeRequest } from './stage-requests.ts'
import type { Target } from './targets/target.ts'

const limits = { timeout: 10_000, largest: 1024 * 1024 }

/**
 * Asks one healthy instance of a cluster and compares the answer with what was expected. The target names the address, so it
 * may be one that is not public; redirects to anywhere else are not followed. No answer is an answer, too: not ok.
 */
export async function probe(request: ProbeRequest, target: Target, signal: AbortSignal): Promise<Probed> {
  const { service, role, check } = request
  const base = addressOf(await target.current(service), role)
  if (base === null) return { ok: false, seen: `${role} of ${service} has no instance that can be asked` }
  const where = { name: `${service} (${role})`, base: new URL(base), hosts: [], addresses: ['0.0.0.0/0', '::/0'] }
  const client = guardedClient({ ...where, ...limits })
  try {
    const { status, body } = await client.send({ method: 'GET', url: check.path }, signal)
    if (status !== check.status)
      return { ok: false, seen: `${check.path} answered ${status} instead of ${check.status}` }
    if (check.contains !== undefined && !body.includes(check.contains))
      return { ok: false, seen: `the answer of ${check.path} does not contain "${check.contains}"` }
    return { ok: true, seen: `${check.path} answered ${status}` }
  } catch (error) {
    signal.throwIfAborted()
    return { ok: false, seen: error instanceof Error ? error.message : String(error) }
  } finally {
    await client.close()
  }
}

function addressOf(
  { addresses, url }: Awaited<ReturnType<Target['current']>>,
  role: ProbeRequest['role'],
): string | null {
  return addresses?.[role] ?? (role === 'stable' ? url : null)
}
