import type { ServiceRef } from '../activities/requests.ts'
import type { Role } from '../pipeline/clusters.ts'
import type { Probe } from '../pipeline/schema/stages/probe.ts'
import type { StageContext } from './stages/stage.ts'

/** Asks a cluster everything, in order; the first answer that stays wrong, in words, or null. */
export async function checkAll(
  context: StageContext,
  { target, service }: ServiceRef,
  role: Role,
  checks: readonly Probe[],
): Promise<string | null> {
  for (const check of checks) {
    const problem = await untilOk(context, { target, service }, role, check)
    if (problem !== null) return problem
  }
  return null
}

async function untilOk(context: StageContext, service: ServiceRef, role: Role, check: Probe): Promise<string | null> {
  const { path, status, contains } = check
  const asked = { path, status, ...(contains === undefined ? {} : { contains }) }
  for (let attempt = 1; ; attempt++) {
    const { ok, seen } = await context.world.activities.probe({ ...service, role, check: asked })
    context.progress({ phase: 'checking', message: seen })
    if (ok) return null
    if (attempt === check.attempts) return attempt === 1 ? seen : `${seen} (asked ${attempt} times)`
    await context.world.sleep(check.interval)
  }
}
