import type { V1Deployment } from '@kubernetes/client-node'
import type { Failure } from '../../failures.ts'
import { Refused, ReleaseFailed } from '../../failures.ts'
import type { KubernetesApi } from './api.ts'
import type { Pace } from './pace.ts'
import { type Place, pathOf } from './place.ts'
import { podsOf } from './selected.ts'
import { explain, type Trouble, troubleOf } from './trouble.ts'
import type { Watches } from './watch.ts'

export interface Rollout {
  place: Place
  /** The Deployment, as it was written. */
  wanted: V1Deployment
  /** How messages name it: `canary 2.0.0`. */
  what: string
  signal: AbortSignal
  progress(message: string): void
}

/** Milliseconds between two looks at the pods of a rollout that is not done. */
const lookEvery = 1_000
/** Milliseconds a trouble that may pass is watched before it counts. */
const longestPatience = 10_000

/**
 * Waits until a Deployment has exactly the pods that were wanted, all available. Ends early when its pods cannot become
 * ready, or when nothing moves for the progress deadline: `ReleaseFailed` when the release is to blame, `Refused` when
 * the cluster has no room for it or somebody else is at work on it.
 */
export async function waitForRollout(
  { api, watches, pace }: { api: KubernetesApi; watches: Watches; pace: Pace },
  rollout: Rollout,
): Promise<V1Deployment> {
  const { place, wanted, what, signal, progress } = rollout
  const name = wanted.metadata!.name!
  const generation = wanted.metadata!.generation ?? 0
  const deadline = place.settings.progressDeadline
  const patience = Math.min(longestPatience, deadline / 2)
  let moved = { at: performance.now(), counts: '' }
  let troubled: number | null = null
  const change = pace.written()
  let looked = performance.now()

  const check = async (found: V1Deployment | null): Promise<V1Deployment | undefined> => {
    if (found === null || found.metadata?.deletionTimestamp)
      throw new Refused(`${place.name}: Deployment ${name} was deleted by somebody else; apply its manifest again`)
    const { spec, status = {}, metadata } = found
    if ((metadata?.generation ?? 0) < generation || (status.observedGeneration ?? 0) < generation) return undefined
    change.noticed()
    const replicas = spec?.replicas ?? 1
    const { updatedReplicas = 0, availableReplicas = 0 } = status
    if (updatedReplicas === replicas && availableReplicas === replicas && (status.replicas ?? 0) === replicas)
      return found
    if (spec?.paused)
      throw new Refused(`${place.name}: Deployment ${name} is paused; \`kubectl rollout resume\` lets it go on`)
    const now = performance.now()
    const counts = `${updatedReplicas}/${availableReplicas}/${status.replicas}`
    // While nobody can tell, nothing can be held against the release.
    if (watches.objects(pathOf(place, 'deployments')) === null) moved.at = now
    if (counts !== moved.counts) {
      moved = { at: now, counts }
      progress(`${what}: ${Math.min(availableReplicas, updatedReplicas)} of ${replicas} pods are available`)
    }
    const late = now - moved.at > deadline
    if (!late && now - looked < lookEvery) return undefined
    looked = now
    const trouble = await lookAt(api, place, found)
    troubled = trouble === null ? null : (troubled ?? now)
    const lasting = troubled !== null && now - troubled > patience && blocks(trouble)
    if (trouble !== null && (trouble.hopeless || lasting || late)) throw await failureOf(api, rollout, trouble)
    if (!late) return undefined
    throw new ReleaseFailed(
      `${place.name}: ${what} made no progress for ${deadline / 1_000} s; \`kubectl describe\` its pods`,
    )
  }
  const since = wanted.metadata?.resourceVersion
  return watches
    .until(pathOf(place, 'deployments'), name, check, {
      ...{ signal, every: lookEvery },
      ...(since === undefined ? {} : { since }),
    })
    .finally(change.over)
}

/** A probe that fails for a while is what the deadline is for. */
function blocks(trouble: Trouble | null): boolean {
  return trouble !== null && !trouble.words.includes('readiness probe')
}

async function lookAt(api: KubernetesApi, place: Place, deployment: V1Deployment): Promise<Trouble | null> {
  const failure = deployment.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  )
  if (failure) return creationTrouble(failure.message ?? failure.reason ?? 'unknown reason')
  const images = imagesOf(deployment.spec!.template.spec!)
  const pods = await podsOf(api, place, deployment)
  return troubleOf(pods.filter(pod => imagesOf(pod.spec!) === images && !pod.metadata?.deletionTimestamp))
}

function imagesOf({ containers }: { containers: readonly { image?: string }[] }): string {
  return containers.map(({ image }) => image).join(' ')
}

/** What the API server says to whoever creates the pods. */
function creationTrouble(message: string): Trouble {
  const at = { pod: 'none yet', crashed: null, hopeless: false }
  if (/exceeded quota/.test(message))
    return { ...at, fault: 'room', words: `the namespace's quota is exhausted: ${message}` }
  return { ...at, fault: 'release', words: `its pods are not admitted: ${message}` }
}

async function failureOf(api: KubernetesApi, { place, what }: Rollout, trouble: Trouble): Promise<Failure> {
  const told = `${place.name}: ${what} does not become ready: ${await explain(api, place, trouble)}`
  return trouble.fault === 'release' ? new ReleaseFailed(told) : new Refused(told)
}
