import { setTimeout as sleep } from 'node:timers/promises'
import type { V1Deployment } from '@kubernetes/client-node'
import { type Role, roles, type Weights } from '../../../pipeline/clusters.ts'
import type { KubernetesTarget } from '../../../pipeline/schema/configuration/kubernetes-target.ts'
import { Invalid, NotFound, Refused } from '../../failures.ts'
import { localSecrets } from '../../secrets/secrets.ts'
import type { ClusterState, DesiredCluster, Op, ServiceState, Target } from '../target.ts'
import { addressesOf } from './addresses.ts'
import { type KubernetesApi, openApi } from './api.ts'
import { applyRole } from './apply-role.ts'
import { applyStable } from './apply-stable.ts'
import { clustersOf, readDeployments, stableOf } from './clusters.ts'
import { discardUnusedCopies } from './config-copies.ts'
import { openConnection } from './connection.ts'
import { driftOf } from './drift.ts'
import { keptReleases } from './kept.ts'
import { type Beginning, createPace, type Pace } from './pace.ts'
import { type Place, placeOf } from './place.ts'
import { promotionOf } from './promotions/registry.ts'
import { type Given, openRecords, type RecordChange, type ServiceRecord } from './record.ts'
import { releaseOf, runs } from './release.ts'
import { endRoleCluster } from './role-cluster.ts'
import { openRouter } from './routers/registry.ts'
import type { Router } from './routers/router.ts'
import { seenApi } from './seen.ts'
import { shift } from './shift.ts'
import { openWatches } from './watch.ts'
import { inWords } from './words.ts'
import type { Work } from './work.ts'

/**
 * Deployments of a Kubernetes cluster. The user's own Deployment and Service are `stable`; the other clusters are
 * Deployments and Services beside them, made from its pod template and ours to change and delete.
 *
 * There is no lease: Kubernetes runs nothing of ours that could return traffic while Slipway is away.
 */
export function kubernetesTarget(
  name: string,
  configuration: KubernetesTarget,
  server: KubernetesApi = openApi(name, openConnection(name, configuration.connection)),
  pace: Pace = createPace(),
): Target {
  const services = Object.keys(configuration.services)
  const places = new Map(services.map(service => [service, placeOf(name, configuration, service)]))
  const watches = openWatches(server)
  const api = seenApi(server, watches)
  const records = openRecords(server)
  const secrets = localSecrets()

  function known(service: string): Place {
    const found = places.get(service)
    if (found) return found
    const names = [...places.keys()].join(', ') || 'none'
    throw new NotFound(`target ${name} has no service "${service}" (it has: ${names}); add it to the configuration`)
  }

  async function stateOf(place: Place, { fence }: Pick<ServiceRecord, 'fence'>): Promise<ServiceState> {
    const deployments = await readDeployments(api, place)
    const clusters = clustersOf(place, deployments)
    const router = openRouter(api, place, watches)
    const weights = clusters.length === 0 ? {} : await router.weights()
    const mirror = clusters.length === 0 ? 0 : ((await router.mirroring?.now()) ?? 0)
    const copied = mirror > 0 ? { mirror } : {}
    const addresses = await addressesOf(api, place, clusters)
    const { url = null } = place.settings
    return { service: place.service, clusters, weights, ...copied, fence, url, addresses }
  }

  /** Does it once, however often it is asked for, and remembers that it is done. */
  async function once(
    place: Place,
    op: Op,
    act: (work: Work) => Promise<void>,
    { beginning = null, ...given }: Given & { beginning?: Beginning | null } = {},
  ): Promise<ServiceRecord> {
    return pace.work(async () => {
      const record = await records.begin(place, op, given)
      if (record === null) return records.lately(place)
      const changes: RecordChange[] = []
      const remember = (change: RecordChange) => void changes.push(change)
      const router = openRouter(api, place, watches)
      await act({ api, watches, pace, records, record, remember, router, secrets, place, op })
      return records.finish(place, op, changes)
    }, beginning)
  }

  /**
   * Null for what goes on, and above all for what takes back. A stable version begins where others run it already: then
   * nobody waits for it.
   */
  async function beginningOf(place: Place, { role, release }: DesiredCluster, op: Op): Promise<Beginning | null> {
    const deployments = await readDeployments(api, place)
    const isNew = newcomers.includes(role) && !deployments.has(role)
    const does = (other: Role) => runs(place, deployments.get(other), release)
    const isServed = role === 'stable' && newcomers.some(does) && !does('stable')
    if (!isNew && !isServed) return null
    const waits = (before: number) =>
      op.progress(`${role}: waits while the cluster is behind with rollouts that have begun; ${before} come before it`)
    return { signal: op.signal, waits }
  }

  function inPlace<T>(service: string, work: (place: Place) => Promise<T>): Promise<T> {
    const place = known(service)
    return inWords(api, place, () => work(place))
  }

  return {
    current: async service => inPlace(service, async place => stateOf(place, await records.lately(place))),
    apply: async (service, desired, op) =>
      inPlace(service, async place => {
        const { role, instances } = desired
        const act = async (work: Work) => {
          if (!(instances >= 1)) throw new Invalid(`${place.name}: ${role} needs at least one pod; or remove it`)
          if (role === 'stable') return applyStable(work, desired)
          return applyRole(work, { ...desired, role })
        }
        const writes = role === 'stable' ? ({ writes: true } as const) : {}
        const record = await once(place, op, act, { ...writes, beginning: await beginningOf(place, desired, op) })
        return stateOf(place, record)
      }),
    async route(service, weights, op) {
      // Nothing here ever runs out.
      if (op.renews) return
      await inPlace(service, async place => {
        const { clusters, weights: now, mirror = 0 } = await stateOf(place, { fence: op.fence })
        const isSame = sameWeights(now, weights) && Math.abs(mirror - (op.mirror ?? 0)) < 1e-6
        const isSo = isSame && cannotServe(clusters, weights) === undefined
        const record = isSo ? await records.lately(place) : null
        if (record !== null && sameWeights(record.weights, weights)) {
          // Nothing moves and nothing has to settle; only earlier writers are shut out.
          await openRouter(api, place, watches).route(weights, op)
          if (record.fence !== op.fence) await records.finish(place, op, [])
          return
        }
        const act = async (work: Work) => {
          // What was deleted is told as such, whoever meets it first.
          if ((weights.stable ?? 0) > 0) stableOf(place, await readDeployments(api, place))
          checkWeights(place, clusters, weights)
          if (op.mirror !== undefined) {
            checkServes(place, clusters, { canary: op.mirror })
            await checkMirror(place, work.router)
          }
          await shift(work, weights)
        }
        return once(place, op, act, { guarded: true })
      })
    },
    kept: async service => inPlace(service, place => keptReleases(api, place)),
    mirrors: async service => inPlace(service, place => checkMirror(place, openRouter(api, place, watches))),
    drift: async service =>
      inPlace(service, async place => {
        const { weights: applied } = await records.read(place)
        const deployments = await readDeployments(api, place)
        const weights = await openRouter(api, place, watches).weights()
        return driftOf(place, { deployments, weights, applied })
      }),
    remove: async (service, role, op) =>
      void (await inPlace(service, place => once(place, op, work => remove(work, role)))),
  }
}

/** Where a release runs before it is the stable one. */
const newcomers: readonly Role[] = ['canary', 'preview']

async function remove(work: Work, role: Role): Promise<void> {
  const { api, place, router, record, remember, op } = work
  const deployments = await readDeployments(api, place)
  if (!deployments.has('stable') && role === 'stable') return
  // Also where somebody deleted what is stable: then it is all that serves.
  const weight = deployments.has(role) ? ((await router.weights())[role] ?? 0) : 0
  const serves = deployments.has(role) && deployments.get(role)!.spec?.replicas !== 0
  if (role === 'stable') return serves ? scaleToZero(work, deployments.get('stable')!) : undefined
  if (weight > 0)
    throw new Refused(`${place.name}: ${role} still gets ${weight} % of the traffic; route it elsewhere first`)
  if (role === 'canary' && deployments.has(role) && ((await router.mirroring?.now()) ?? 0) > 0)
    throw new Refused(`${place.name}: ${role} still gets copies of requests; route without them first`)
  const since = record.idleSince[role]
  const { drainTimeout } = place.settings
  // Written by another worker, whose clock may be ahead of ours.
  const left = since === undefined ? 0 : Math.min(drainTimeout, since + drainTimeout - Date.now())
  op.progress(`draining ${role}`)
  if (left > 0) await sleep(left, undefined, { signal: op.signal })
  await endRoleCluster(work, role)
  await discardUnusedCopies(api, place)
  remember(({ idleSince }) => ({ idleSince: { ...idleSince, [role]: undefined } }))
}

/** The user's own Deployment is never deleted. */
async function scaleToZero(work: Work, stable: V1Deployment): Promise<void> {
  const promotion = promotionOf(work)
  promotion.check(stable, releaseOf(work.place, stable))
  await promotion.scale(0)
}

function sameWeights(a: Weights, b: Weights): boolean {
  return roles.every(role => Math.abs((a[role] ?? 0) - (b[role] ?? 0)) < 1e-6)
}

/** Refuses weights that do not add up to 100, and any for a cluster that cannot take traffic. */
function checkWeights(place: Place, clusters: readonly ClusterState[], weights: Weights): void {
  const total = roles.reduce((sum, role) => sum + (weights[role] ?? 0), 0)
  if (!(Math.abs(total - 100) < 1e-6))
    throw new Invalid(`${place.name}: the weights add up to ${total}, not to 100 (${JSON.stringify(weights)})`)
  checkServes(place, clusters, weights)
}

function checkServes(place: Place, clusters: readonly ClusterState[], weights: Weights): void {
  const role = cannotServe(clusters, weights)
  if (role === undefined) return
  const isThere = clusters.some(cluster => cluster.role === role)
  const reason = isThere ? 'none of its pods is available' : 'there is no such cluster'
  throw new Refused(`${place.name}: ${role} cannot get ${weights[role]} % of the traffic: ${reason}`)
}

async function checkMirror(place: Place, { mirroring }: Router): Promise<void> {
  if (mirroring !== undefined) return mirroring.check()
  throw new Refused(`${place.name}: its router, ${place.settings.router.type}, cannot copy requests`)
}

/** The first role that shall get traffic and has no pod for it. */
function cannotServe(clusters: readonly ClusterState[], weights: Weights): Role | undefined {
  const serve = (role: Role) => clusters.some(cluster => cluster.role === role && cluster.ready > 0)
  return roles.find(role => (weights[role] ?? 0) > 0 && !serve(role))
}
