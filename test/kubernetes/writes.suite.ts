import type { V1Pod, V1Service } from '@kubernetes/client-node'
import { expect, it } from 'vitest'
import { type KubernetesApi, openApi } from '../../activities/targets/kubernetes/api.ts'
import { openConnection } from '../../activities/targets/kubernetes/connection.ts'
import { untilLedTo } from '../../activities/targets/kubernetes/endpoints.ts'
import { annotationOf, type KubernetesObject } from '../../activities/targets/kubernetes/objects.ts'
import { createPace } from '../../activities/targets/kubernetes/pace.ts'
import { placeOf } from '../../activities/targets/kubernetes/place.ts'
import { openRouter } from '../../activities/targets/kubernetes/routers/registry.ts'
import { kubernetesTarget } from '../../activities/targets/kubernetes/target.ts'
import { openWatches } from '../../activities/targets/kubernetes/watch.ts'
import type { Cluster } from './cluster.ts'
import { apply, op, openTestTarget, release, userObjects, userRoute } from './world.ts'

/**
 * What a canary writes, from its first pod to its last: no more than it has to, and nothing of an old version that nobody
 * keeps. And when it reads its record, the only thing that is read and not watched.
 */
export function writesSuite(cluster: () => Cluster): void {
  it('a canary writes each object once a step, and its record once an operation', async () => {
    const { control, pods } = cluster()
    const namespace = 'writes'
    const { configuration } = await openTestTarget(control, namespace, { shop: {} })
    await apply(control, ...userObjects(namespace, 'shop', { replicas: 2, port: pods.port }))
    const { api, take } = noting(openApi(namespace, openConnection(namespace, configuration.connection)))
    const target = kubernetesTarget(namespace, configuration, api)
    const old = release('0.0.1')
    await target.apply('shop', { role: 'stable', release: old, instances: 2 }, op(1))
    // Its fence is new, and then it is done.
    expect(take()).toEqual(['GET configmaps', 'POST configmaps', 'PUT configmaps'])

    await target.apply('shop', { role: 'canary', release: release('2.0.0'), instances: 1 }, op(2))
    expect(take()).toEqual(['PUT configmaps', 'POST services', 'POST deployments', 'PUT configmaps'])
    await target.route('shop', { stable: 50, canary: 50 }, op(2))
    expect(take()).toEqual(['PUT services', 'PATCH pods', 'PUT configmaps'])
    await target.route('shop', { stable: 50, canary: 50 }, op(3))
    expect(take()).toEqual(['PUT services', 'PUT configmaps'])

    await target.route('shop', { canary: 100 }, op(4))
    take()
    const wanted = { role: 'stable', release: release('2.0.0'), instances: 2, keepOld: false } as const
    const { clusters, weights } = await target.apply('shop', wanted, op(4))
    expect(clusters.map(({ role, release: { version }, ready }) => [role, version, ready])).toEqual([
      ['stable', '2.0.0', 2],
    ])
    expect(weights).toMatchObject({ stable: 100 })
    // As it is; begun; the new version; its traffic; the canary is done with; done.
    const promotion = ['PUT configmaps', 'PUT deployments', 'PUT services', 'PUT deployments', 'PUT configmaps']
    expect(take()).toEqual(promotion)
    // It is so, by the same writer.
    await target.route('shop', { stable: 100 }, op(4))
    expect(take()).toEqual([])
    await target.remove('shop', 'canary', op(4))
    expect(take().sort()).toEqual(['DELETE deployments', 'DELETE services', 'GET configmaps', 'PUT configmaps'])

    // Another run, which only replaces: its fence goes with what it begins.
    await target.apply('shop', { role: 'stable', release: release('3.0.0'), instances: 2 }, op(5))
    expect(take()).toEqual(['PUT configmaps', 'PUT deployments', 'PUT configmaps'])
    await target.route('shop', { stable: 100 }, op(5))
    expect(take()).toEqual(['PUT services'])
  })

  it('a replacement that another worker has done is not done again by one that does not know yet', async () => {
    const { control, pods } = cluster()
    const namespace = 'two-workers'
    const { target: one, configuration } = await openTestTarget(control, namespace, { shop: {} })
    await apply(control, ...userObjects(namespace, 'shop', { replicas: 1, port: pods.port }))
    const other = kubernetesTarget(namespace, configuration)
    const to = (version: string) => ({ role: 'stable', release: release(version), instances: 1 }) as const
    await other.apply('shop', to('1.0.0'), op(1))
    const second = op(2)
    await one.apply('shop', to('2.0.0'), second)
    await one.apply('shop', to('3.0.0'), op(2))
    const { clusters } = await other.apply('shop', to('2.0.0'), second)
    expect(clusters).toMatchObject([{ role: 'stable', release: { version: '3.0.0' } }])
  })

  it('while the cluster is behind a canary waits to begin, and a version to be stable that serves already; nothing that goes on or is taken back does', async () => {
    const { control, pods } = cluster()
    const namespace = 'paced'
    const { target: usual, configuration } = await openTestTarget(control, namespace, { begun: {}, late: {} })
    const objects = (name: string) => userObjects(namespace, name, { replicas: 1, port: pods.port })
    await apply(control, ...objects('begun'), ...objects('late'))
    const api = openApi(namespace, openConnection(namespace, configuration.connection))
    const never = createPace({ few: 0, behind: 0, longest: 600_000, apart: 20 })
    const target = kubernetesTarget(namespace, configuration, api, never)
    const canary = { role: 'canary', release: release('2.0.0'), instances: 1 } as const
    await usual.apply('begun', canary, op(1))
    // The first of all begins: nobody was before it.
    await target.apply('late', { ...canary, role: 'preview' }, op(1))

    const stop = new AbortController()
    const told: string[] = []
    const progress = (message: string) => void told.push(message)
    const late = target.apply('late', canary, op(2, { signal: stop.signal, progress }))
    late.catch(() => {})
    await expect.poll(() => told).toEqual([expect.stringMatching(/^canary: waits while the cluster is behind/)])
    await target.apply('begun', { ...canary, instances: 2 }, op(2))
    await target.route('begun', { stable: 50, canary: 50 }, op(2))
    await target.route('begun', { canary: 100 }, op(2))
    const stable = { role: 'stable', release: release('2.0.0'), instances: 1 } as const
    const served = target.apply('begun', stable, op(2, { signal: stop.signal, progress }))
    served.catch(() => {})
    await expect.poll(() => told[1]).toMatch(/^stable: waits while the cluster is behind/)
    await target.apply('begun', { role: 'stable', release: release('0.0.1'), instances: 1 }, op(2))
    await target.route('begun', { stable: 100 }, op(2))
    await target.remove('begun', 'canary', op(2))
    stop.abort()
    await expect(late).rejects.toThrow('aborted')
    await expect(served).rejects.toThrow('aborted')
    expect((await target.current('late')).clusters.map(({ role }) => role)).toEqual(['stable', 'preview'])
  })

  it('a version that is replaced while it serves is there when its router knows the pods of now, not only as many', async () => {
    const { control, pods } = cluster()
    const namespace = 'known-by-name'
    const { target } = await openTestTarget(control, namespace, {
      shop: { router: { type: 'gateway-api', route: 'shop' } },
    })
    const [deployment, service] = userObjects(namespace, 'shop', { replicas: 2, port: pods.port }) as [
      object,
      V1Service,
    ]
    // Nobody but the test says what is behind it.
    delete service.spec!.selector
    await apply(control, deployment, service, userRoute(namespace, 'shop'))
    const tell = async (): Promise<string[]> => {
      const { items } = JSON.parse(await control.kubectl(['-n', namespace, 'get', 'pods', '-o', 'json']))
      const staying = (items as V1Pod[]).filter(({ metadata }) => !metadata!.deletionTimestamp)
      const names = staying.map(({ metadata }) => metadata!.name!)
      const endpoints = names.map((name, at) => ({ addresses: [`10.9.9.${at + 1}`], targetRef: { kind: 'Pod', name } }))
      await apply(control, {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', endpoints },
        metadata: { name: 'shop-by-hand', namespace, labels: { 'kubernetes.io/service-name': 'shop' } },
      })
      return names
    }
    await control.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/shop'])
    expect(await tell()).toHaveLength(2)

    await target.route('shop', { stable: 100 }, op(1))
    const waiting = Promise.withResolvers<string>()
    const progress = (message: string) => message.includes('router') && waiting.resolve(message)
    const wanted = { role: 'stable', release: release('2.0.0'), instances: 2 } as const
    const applied = target.apply('shop', wanted, op(1, { progress }))
    const over = applied.then(() => 'over')
    expect(await Promise.race([over, waiting.promise])).toBe('stable: waits until its router knows its new pods')
    expect(await tell()).toHaveLength(2)
    expect((await applied).clusters).toMatchObject([{ role: 'stable', release: { version: '2.0.0' }, ready: 2 }])
  })

  it('a pod that ends just as it was looked at is not waited for by a change of traffic', async () => {
    const { control, pods } = cluster()
    const namespace = 'gone-meanwhile'
    const { configuration } = await openTestTarget(control, namespace, { shop: {} })
    await apply(control, ...userObjects(namespace, 'shop', { replicas: 3, port: pods.port }))
    const kubectl = (...args: string[]) => control.kubectl(['-n', namespace, ...args])
    await kubectl('rollout', 'status', 'deployment/shop')
    const api = openApi(namespace, openConnection(namespace, configuration.connection))
    let seen = 0
    const late: KubernetesApi = {
      ...api,
      async send<T>(path: string, request?: Parameters<KubernetesApi['send']>[1]): Promise<T> {
        const answer = await api.send<T>(path, request)
        // The answer is of before, the pod of now.
        if (path.endsWith('/pods') && ++seen === 1) {
          expect((answer as { items: V1Pod[] }).items).toHaveLength(3)
          await kubectl('scale', 'deployment/shop', '--replicas=2')
          await kubectl('wait', '--for=jsonpath={.status.replicas}=2', 'deployment/shop')
        }
        return answer
      },
    }
    const router = openRouter(late, placeOf(namespace, configuration, 'shop'), openWatches(api))
    await router.route({ stable: 100 }, op(1))
    expect(await router.weights()).toEqual({ stable: 100 })
    expect(seen).toBeGreaterThan(1)
  })

  it('what keeps the endpoints of a Service is reminded of it when they are late, and not when they are there', async () => {
    const { control } = cluster()
    const namespace = 'late-endpoints'
    const { configuration } = await openTestTarget(control, namespace, { shop: {} })
    const [, service] = userObjects(namespace, 'shop') as [object, V1Service]
    // Nobody but the test says what is behind it, and it does so when the Service is changed.
    delete service.spec!.selector
    await apply(control, service)
    const api = openApi(namespace, openConnection(namespace, configuration.connection))
    const reminded = async () => {
      const found = await api.get<V1Service>(`/api/v1/namespaces/${namespace}/services/shop`)
      return annotationOf(found!, 'reminded')
    }
    const { signal } = new AbortController()
    const work = { api, watches: openWatches(api), place: placeOf(namespace, configuration, 'shop'), signal }
    expect(await untilLedTo(work, 'shop', pods => pods.size === 0)).toBe(true)
    expect(await reminded()).toBe(null)

    const led = untilLedTo(work, 'shop', pods => pods.has('shop-1'))
    await expect.poll(reminded, { timeout: 10_000 }).not.toBe(null)
    await apply(control, {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
      endpoints: [{ addresses: ['10.9.9.1'], targetRef: { kind: 'Pod', name: 'shop-1' } }],
      metadata: { name: 'shop-by-hand', namespace, labels: { 'kubernetes.io/service-name': 'shop' } },
    })
    expect(await led).toBe(true)
  })

  it('a canary whose Deployment is still on its way out, as an attempt before left it, comes up when that is gone', async () => {
    const { control, pods } = cluster()
    const { target } = await openTestTarget(control, 'on-its-way-out', { shop: {} })
    await apply(control, ...userObjects('on-its-way-out', 'shop', { replicas: 1, port: pods.port }))
    const canary = { role: 'canary', release: release('2.0.0'), instances: 1 } as const
    await target.apply('shop', canary, op(1))
    const kubectl = (...args: string[]) => control.kubectl(['-n', 'on-its-way-out', ...args, 'deploy', 'shop-canary'])
    const hold = (finalizers: string[]) =>
      kubectl('patch', '--type=merge', '-p', JSON.stringify({ metadata: { finalizers } }))
    await hold(['slipway.dev/held'])
    await kubectl('delete', '--wait=false')
    let letGo: Promise<unknown> | null = null
    const progress = () => {
      letGo ??= hold([])
    }
    const { clusters } = await target.apply('shop', canary, { ...op(1), progress })
    expect(clusters).toContainEqual(expect.objectContaining({ role: 'canary', ready: 1 }))
    await letGo
  })
}

/**
 * Notes what was written, and reads of records; not what was refused, since somebody else had written in between, nor what
 * only reminds a busy cluster.
 */
function noting(api: KubernetesApi): { api: KubernetesApi; take(): string[] } {
  let written: string[] = []
  const reminders = new Set<string>()
  async function send<T>(...[path, request = {}]: Parameters<KubernetesApi['send']>): Promise<T> {
    const answer = await api.send<T>(path, request)
    const [, kind] = /\/namespaces\/[^/]+\/([^/]+)/.exec(path) ?? []
    if (request.method === undefined || request.method === 'GET') return answer
    const reminds = annotationOf(answer as KubernetesObject, 'reminded')
    if (reminds === null || reminders.has(reminds)) written.push(`${request.method} ${kind}`)
    else reminders.add(reminds)
    return answer
  }
  async function get<T>(...[path, signal]: Parameters<KubernetesApi['get']>): Promise<T | null> {
    if (path.includes('/configmaps/')) written.push('GET configmaps')
    return api.get<T>(path, signal)
  }
  const take = () => {
    const all = written
    written = []
    return all
  }
  return { api: { ...api, send, get }, take }
}
