import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node'
import type { Role, Weights } from '../../../pipeline/clusters.ts'
import { type Release, sameRelease } from '../../../pipeline/release.ts'
import { Refused } from '../../failures.ts'
import type { DesiredCluster } from '../target.ts'
import { applyRole } from './apply-role.ts'
import { type Deployments, readDeployments, stableOf } from './clusters.ts'
import { copyConfig } from './config-copies.ts'
import { annotationOf, discard, edit, fenced } from './objects.ts'
import { annotations, deploymentOf, type Place, serviceOf } from './place.ts'
import type { Promotion } from './promotions/promotion.ts'
import { promotionOf } from './promotions/registry.ts'
import type { ServiceRecord } from './record.ts'
import { checkRecreate, emptied } from './recreate.ts'
import { releaseOf, runs } from './release.ts'
import { waitForRollout } from './rollout.ts'
import { podsOf, replicaSetsOf } from './selected.ts'
import { settle, shift } from './shift.ts'
import { type ConfigCopies, containerOf, withRelease } from './template.ts'
import { autoscalerOf, copiesOf, type Work } from './work.ts'

type Change = NonNullable<ServiceRecord['change']>

/** Clusters whose traffic a new stable version takes over, as they run it already. */
const donors = ['canary', 'preview', 'previous'] as const satisfies readonly Role[]

/**
 * Brings the user's own Deployment to a release, or to a number of pods. Only the release's fields of it are changed.
 *
 * While it has no traffic, its old version becomes `previous` and stays warm, unless nobody will need it. A cluster that
 * runs the wanted release serves on until the Deployment is there, and then hands its traffic over. What fails is put
 * back. To be recreated, its pods end before others start, either way.
 */
export async function applyStable(
  given: Work,
  { release, instances, recreate, keepOld }: DesiredCluster,
): Promise<void> {
  const { api, place, router, remember, op } = given
  const deployments = await readDeployments(api, place)
  const stable = stableOf(place, deployments)
  const promotion = promotionOf(given)
  promotion.check(stable, release)
  if (recreate) checkRecreate(place, stable)
  const begun = await begin(given, { stable, release })
  if (begun === null) return
  const { change, earlier, record } = begun
  const work = { ...given, record }
  if (change === null) return resize(work, { promotion, stable, instances })
  const weights = stable.spec?.replicas === 0 ? {} : await router.weights()
  const donor = donors.find(role => runs(place, deployments.get(role), release))
  const displaced = change.from.replicas > 0 && !((weights.stable ?? 0) > 0)
  const keeps = displaced && donor !== 'previous' && !recreate && keepOld !== false
  if (keeps) refuseBusyPrevious(work, { weights, deployments, change })
  const pods = recreate ? Math.max(instances, change.from.replicas) : instances
  try {
    if (recreate && !runs(place, stable, release)) await emptied(work, { promotion, stable })
    const [there] = await Promise.all([
      roll(work, { promotion, stable, release, instances: pods, deployments, donor, change, earlier }),
      keeps ? keepWarm(work, change) : undefined,
    ])
    if ((weights.stable ?? 0) > 0) await settle(work, 'stable', there)
  } catch (error) {
    if (!op.signal.aborted)
      await putBack(work, {
        promotion,
        change,
        stable,
        recreate,
        startedPrevious: keeps && !deployments.has('previous'),
      })
    throw error
  }
  if (donor !== undefined && (weights[donor] ?? 0) > 0) await takeOver(work, donor, weights)
  if (donor !== undefined && donor !== 'previous') await retire(work, donor)
  remember(() => ({ change: null }))
}

async function resize(
  work: Work,
  { promotion, stable, instances }: { promotion: Promotion; stable: V1Deployment; instances: number },
): Promise<void> {
  const { place, op } = work
  const scaler = stable.spec?.replicas === instances ? null : await autoscalerOf(work)
  if (scaler !== null) op.progress(`stable: ${scaler} decides how many pods there are`)
  const changes = scaler === null && stable.spec?.replicas !== instances
  const wanted = changes ? await promotion.scale(instances) : null
  await waitForRollout(work, { ...op, place, wanted: wanted ?? stable, what: 'stable' })
}

interface Begun {
  record: ServiceRecord
  /** Null: it runs already. */
  change: Change | null
  /** The change that was under way before. */
  earlier: Change | null
}

/**
 * Written down, with the fence, before anything is changed, so that whoever comes after a crash knows what to go back to;
 * null when another attempt has done it all.
 */
async function begin(
  { records, place, op }: Work,
  { stable, release }: { stable: V1Deployment; release: Release },
): Promise<Begun | null> {
  const running = releaseOf(place, stable)
  const isThere = stable.spec?.replicas !== 0 && sameRelease(running, release)
  const now = { release: running, template: stable.spec!.template, replicas: stable.spec?.replicas ?? 1 }
  const isOurs = (change: Change | null) => change !== null && sameRelease(change.to, release)
  let earlier: Change | null = null
  const record = await records.change(place, op, ({ change }) => {
    earlier = change
    if (isOurs(change) || isThere) return {}
    // A change that was broken off: what it started from is still the last that was known to be good.
    const from = change !== null && !sameRelease(change.from.release, release) ? change.from : now
    return { change: { to: release, from } }
  })
  return record === null ? null : { record, earlier, change: isOurs(record.change) ? record.change : null }
}

interface Roll {
  promotion: Promotion
  stable: V1Deployment
  release: Release
  instances: number
  deployments: Deployments
  donor: Role | undefined
  change: Change
  earlier: Change | null
}

async function roll(work: Work, given: Roll): Promise<V1Deployment> {
  const { place, op } = work
  const { promotion, release, instances, donor, deployments } = given
  const [copies, digest, scaler] = await Promise.all([
    copiesFor(work, given),
    donor === undefined ? null : digestThatRan(work, deployments.get(donor)!),
    autoscalerOf(work),
  ])
  const pinned = digest === null || release.digest !== undefined ? release : { ...release, digest }
  const stable = deployments.get('stable')!
  op.progress(`stable: from ${releaseOf(place, stable).version} to ${release.version}`)
  const wanted = await promotion.write({
    release,
    copies,
    isThere: found => sameRelease(releaseOf(place, found), release) && found.spec!.replicas !== 0,
    template: template => templateFor(place, template, { ...given, pinned, copies }),
    replicas: now => (scaler !== null && now > 0 ? now : Math.max(now, instances)),
  })
  return waitForRollout(work, { ...op, place, wanted: wanted ?? stable, what: `stable ${release.version}` })
}

type TemplateSource = Roll & { pinned: Release; copies: ConfigCopies }

/** Going back to what it was before a broken change gives the very template of then. */
function templateFor(place: Place, found: V1PodTemplateSpec, given: TemplateSource): V1PodTemplateSpec {
  const { earlier, release, pinned, copies, stable } = given
  if (earlier !== null && sameRelease(earlier.from.release, release)) return earlier.from.template
  return withRelease(place, found, { before: releaseOf(place, stable), release: pinned, copies })
}

/** The configuration the release has where it runs or last ran here; a new release gets copies of what there is now. */
async function copiesFor({ api, place }: Work, { release, deployments }: Pick<Roll, 'release' | 'deployments'>) {
  if ((release.config ?? []).length === 0) return {}
  const running = donors.map(role => deployments.get(role)).find(one => runs(place, one, release))
  if (running) return copiesOf(running)
  const all = await replicaSetsOf(api, place, deployments.get('stable')!)
  const kept = all.find(one => {
    const written = annotationOf(one, 'release')
    return written !== null && sameRelease(JSON.parse(written), release)
  })
  return kept ? copiesOf(kept) : copyConfig(api, place, release)
}

/** Digest of the image that the pods of a cluster really ran; null when they do not say, or differ. */
async function digestThatRan({ api, place }: Work, deployment: V1Deployment): Promise<string | null> {
  const pods = await podsOf(api, place, deployment)
  const digests = pods.map(pod => {
    const { name } = containerOf(place, { spec: pod.spec! })
    const { imageID = '' } = pod.status?.containerStatuses?.find(status => status.name === name) ?? {}
    return /@(sha256:[0-9a-f]{64})$/.exec(imageID)?.[1] ?? null
  })
  return digests.length > 0 && digests.every(digest => digest === digests[0]) ? digests[0]! : null
}

function refuseBusyPrevious(
  { place }: Work,
  { weights, deployments, change }: { weights: Weights; deployments: Deployments; change: Change },
): void {
  const weight = weights.previous ?? 0
  if (weight === 0 || runs(place, deployments.get('previous'), change.from.release)) return
  throw new Refused(
    `${place.name}: previous would be replaced, but gets ${weight} % of the traffic; route it elsewhere first`,
  )
}

function keepWarm(work: Work, { from: { release, template, replicas } }: Change): Promise<void> {
  return applyRole(work, { role: 'previous', release, instances: replicas }, { template, release })
}

interface Back {
  promotion: Promotion
  change: Change
  stable: V1Deployment
  recreate: true | undefined
  startedPrevious: boolean
}

/** Everything as it was: also when that takes long, the old pods were never fewer than before. */
async function putBack(
  work: Work,
  { promotion, change: { from }, stable, recreate, startedPrevious }: Back,
): Promise<void> {
  const { api, place, op, records } = work
  op.progress(`stable: back to ${from.release.version}`)
  if (recreate) await emptied(work, { promotion, stable }).catch(() => {})
  const wanted = await promotion.write({
    release: from.release,
    isThere: () => false,
    template: () => from.template,
    replicas: () => from.replicas,
  })
  if (startedPrevious) {
    await discard(api, place, 'deployments', deploymentOf(place, 'previous'))
    await discard(api, place, 'services', serviceOf(place, 'previous'))
  }
  await records.change(place, op, () => ({ change: null }))
  if (wanted !== null)
    await waitForRollout(work, { ...op, place, wanted, what: `stable ${from.release.version}` }).catch(() => {})
}

async function takeOver(
  work: Work,
  donor: Role,
  { [donor]: taken = 0, stable = 0, ...others }: Weights,
): Promise<void> {
  await shift(work, { ...others, stable: stable + taken })
}

/** It runs what stable runs by now; it is ended by `remove`, once its last requests are through. */
async function retire({ api, place, op }: Work, role: Role): Promise<void> {
  await edit<V1Deployment>(api, place, { kind: 'deployments', name: deploymentOf(place, role) }, found => {
    if (found === null) return null
    found.metadata!.annotations = { ...found.metadata!.annotations, [annotations.retired]: op.id }
    return fenced(place, found, op.fence)
  })
}
