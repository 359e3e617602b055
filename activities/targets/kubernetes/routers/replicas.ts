import type { V1Deployment, V1Pod, V1Service } from '@kubernetes/client-node'
import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { roles } from '../../../../pipeline/clusters.ts'
import { Refused, Unavailable } from '../../../failures.ts'
import { readDeployments, stableServiceOf } from '../clusters.ts'
import { untilLedTo } from '../endpoints.ts'
import { annotationOf, edit, fenced, type KubernetesObject } from '../objects.ts'
import { annotations, labels, pathOf } from '../place.ts'
import { originalSelector, originalSelectorKey } from '../role-cluster.ts'
import { roleLabels } from '../template.ts'
import type { Router, RouterContext } from './router.ts'

/** How long pods are waited for before it is asked whether they are still there, milliseconds. */
const patience = 1_000

/**
 * The user's Service itself: a cluster gets traffic as its pods join it, each about as much as any other pod. So shares
 * are only as exact as the numbers of pods allow. Without a share for stable, the Service leads to the other role alone.
 */
export function replicasRouter({ api, watches, place }: RouterContext<'replicas'>): Router {
  const podsOf = async (role: Role, deployment: V1Deployment): Promise<V1Pod[]> => {
    const selector = role === 'stable' ? deployment.spec!.selector.matchLabels! : roleLabels(place, role)
    const labelSelector = Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(',')
    const { items } = await api.send<{ items: V1Pod[] }>(pathOf(place, 'pods'), { query: { labelSelector } })
    const isForeign = (pod: V1Pod) => role === 'stable' && pod.metadata?.labels?.[labels.role] !== undefined
    return items.filter(pod => isReady(pod) && !isForeign(pod))
  }

  async function look() {
    const [service, deployments] = await Promise.all([stableServiceOf(api, place), readDeployments(api, place)])
    const pods = new Map<Role, V1Pod[]>()
    await Promise.all(
      [...deployments].map(async ([role, deployment]) => pods.set(role, await podsOf(role, deployment))),
    )
    return { service, deployments, pods }
  }

  async function join(pod: V1Pod, selector: Readonly<Record<string, string>>, joins: boolean): Promise<void> {
    const wanted = Object.fromEntries(Object.entries(selector).map(([key, value]) => [key, joins ? value : null]))
    await api.send(pathOf(place, 'pods', nameOf(pod)), {
      method: 'PATCH',
      body: { metadata: { labels: wanted } },
    })
  }

  async function refuseWhereMeaningless(stable: V1Deployment | undefined, selector: Record<string, string>) {
    const shared = Object.entries(stable?.spec?.selector.matchLabels ?? {}).every(
      ([key, value]) => selector[key] === value,
    )
    if (!shared) return
    const path = pathOf(place, 'horizontalpodautoscalers')
    const { items } = await api.send<{ items: Autoscaler[] }>(path)
    const scaler = items.find(
      ({ spec }) => spec.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === place.deployment,
    )
    if (scaler)
      throw new Refused(
        `${place.name}: HorizontalPodAutoscaler ${scaler.metadata?.name} counts every pod the Service leads to, so shares by number of pods would mean nothing; use another router`,
      )
  }

  return {
    async weights() {
      const { service, pods } = await look()
      const selector = originalSelector(service)
      const only = service.spec?.selector?.[labels.role]
      if (only !== undefined) return { [only]: 100 }
      const joined = joinedOf(pods, selector)
      const asked = JSON.parse(annotationOf(service, 'weights') ?? '{}') as Weights
      if ((asked.stable ?? 0) > 0 && same(joined, planned(asked, pods))) return asked
      const total = [...joined.values()].reduce((sum, count) => sum + count, 0)
      if (total === 0) return { stable: 100 }
      return Object.fromEntries(
        [...joined].filter(([, count]) => count > 0).map(([role, count]) => [role, (count / total) * 100]),
      )
    },
    async route(weights, { fence, signal }) {
      const { service, deployments, pods } = await look()
      const selector = originalSelector(service)
      const shares = roles.filter(role => (weights[role] ?? 0) > 0)
      const [alone] = shares
      if (!(weights.stable! > 0) && shares.length > 1)
        throw new Refused(
          `${place.name}: by number of pods, ${shares.join(' and ')} can only share traffic with stable`,
        )
      if (shares.length > 1) await refuseWhereMeaningless(deployments.get('stable'), selector)
      const plan = planned(weights, pods)
      const joining = (weights.stable ?? 0) > 0
      const moving = (joins: boolean) =>
        [...pods].flatMap(([role, all]) => {
          if (role === 'stable') return []
          const members = joining ? all.slice(0, plan.get(role) ?? 0) : []
          return all.filter(pod => matches(pod, selector) !== members.includes(pod) && members.includes(pod) === joins)
        })
      const move = (joins: boolean) => Promise.all(moving(joins).map(pod => join(pod, selector, joins)))
      const write = (change: (service: V1Service) => void) =>
        edit<V1Service>(api, place, { kind: 'services', name: place.stableService, signal }, found => {
          const changed = fenced(place, found!, fence)
          change(changed)
          return changed
        })
      const leadsTo = joining ? selector : roleLabels(place, alone!)
      // The fence first: a late writer must not move a single pod. But a Service that led elsewhere turns to them last.
      const turns = !sameLabels(service.spec?.selector ?? {}, leadsTo) && moving(true).length > 0
      if (turns) {
        await write(() => {})
        await move(true)
      }
      await write(changed => {
        changed.spec!.selector = leadsTo
        Object.assign(changed.metadata!.annotations!, {
          [annotations.weights]: JSON.stringify(weights),
          [originalSelectorKey]: JSON.stringify(selector),
        })
      })
      if (!turns) await move(true)
      await move(false)
      const expected = joining
        ? [...pods].flatMap(([role, all]) => all.slice(0, role === 'stable' ? undefined : (plan.get(role) ?? 0)))
        : (pods.get(alone!) ?? [])
      const names = new Set(expected.map(nameOf))
      const others = namesIn(pods).filter(name => !names.has(name))
      const began = performance.now()
      const done = async (ends: ReadonlySet<string>) => {
        const missing = [...names].filter(pod => !ends.has(pod))
        if (others.some(pod => ends.has(pod))) return false
        if (missing.length === 0 || performance.now() - began < patience) return missing.length === 0
        // One that was just ending when it was looked at would be waited for in vain.
        const there = new Set(namesIn((await look()).pods))
        return missing.length < names.size && missing.every(pod => !there.has(pod))
      }
      if (!(await untilLedTo({ api, watches, place, signal }, place.stableService, done)))
        throw new Unavailable(
          `${place.name}: Service ${place.stableService} does not lead to the ${names.size} pods it should`,
        )
    },
  }
}

interface Autoscaler extends KubernetesObject {
  spec: { scaleTargetRef: { kind: string; name: string } }
}

type Pods = ReadonlyMap<Role, readonly V1Pod[]>
type Counts = ReadonlyMap<Role, number>

function nameOf({ metadata }: V1Pod): string {
  return metadata!.name!
}

function namesIn(pods: Pods): string[] {
  return [...pods.values()].flat().map(nameOf)
}

/** How many pods of each role come closest to the weights; at least one where there shall be any traffic. */
function planned(weights: Weights, pods: Pods): Counts {
  const stable = pods.get('stable')?.length ?? 0
  const counts = [...pods].map(([role, { length }]): [Role, number] => {
    const share = weights[role] ?? 0
    if (role === 'stable') return [role, length]
    if (!(share > 0)) return [role, 0]
    return [role, Math.min(length, Math.max(1, Math.round((share / weights.stable!) * stable)))]
  })
  return new Map(counts)
}

function joinedOf(pods: Pods, selector: Readonly<Record<string, string>>): Counts {
  return new Map([...pods].map(([role, all]) => [role, all.filter(pod => matches(pod, selector)).length]))
}

function same(a: Counts, b: Counts): boolean {
  return roles.every(role => (a.get(role) ?? 0) === (b.get(role) ?? 0))
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value)
}

function matches(pod: V1Pod, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => pod.metadata?.labels?.[key] === value)
}

function isReady({ metadata, status }: V1Pod): boolean {
  return (
    !metadata?.deletionTimestamp &&
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
  )
}
