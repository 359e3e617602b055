import type { V1Deployment } from '@kubernetes/client-node'
import { Refused } from '../../failures.ts'
import { untilTrue } from './endpoints.ts'
import type { Place } from './place.ts'
import type { Promotion } from './promotions/promotion.ts'
import { podsOf } from './selected.ts'
import type { Work } from './work.ts'

/** Seconds a pod has to end where its template does not say. */
const usualGrace = 30

/** Refuses to end all pods of a Deployment whose number of pods is said elsewhere, before anything is changed. */
export function checkRecreate({ settings: { promote }, name, deployment }: Place, stable: V1Deployment): void {
  if (promote.type !== 'git' || endsItself(stable)) return
  throw new Refused(
    `${name}: a promotion by commit cannot end all pods of Deployment ${deployment} before others start; write "strategy: { type: Recreate }" into ${promote.file}`,
  )
}

/**
 * Ends all pods of stable, for releases that must not run side by side; resolves when none is left. A Deployment whose own
 * strategy is `Recreate` does so by itself.
 */
export async function emptied(
  { api, place, op }: Work,
  { promotion, stable }: { promotion: Promotion; stable: V1Deployment },
): Promise<void> {
  if (endsItself(stable)) return
  op.progress('stable: ending its pods')
  await promotion.scale(0)
  const noneLeft = async () => (await podsOf(api, place, stable)).length === 0
  const grace = (stable.spec!.template.spec?.terminationGracePeriodSeconds ?? usualGrace) * 1_000
  if (await untilTrue(noneLeft, { within: grace + place.settings.progressDeadline, signal: op.signal })) return
  throw new Refused(`${place.name}: the pods of Deployment ${place.deployment} do not end; \`kubectl describe\` them`)
}

function endsItself({ spec }: V1Deployment): boolean {
  return spec?.strategy?.type === 'Recreate'
}
