import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../../setup/server.ts'
import { component } from '../components.ts'
import { startRegistry, type TestRegistry } from '../registry.ts'
import type { Cluster } from './cluster.ts'
import type { ControlPlane } from './control-plane.ts'
import { type Served, servedBy, until, written } from './served.ts'
import { apply, openTestTarget, userObjects, userRoute } from './world.ts'

const shared = ['missing', 'crash', 'unready', 'deleted', 'scaled', 'edited', 'away', 'pinned', 'pinned-too'] as const
const binary = component('registry')

/** What befalls a whole namespace has one of its own. */
const alone = ['quota', 'leaving'] as const
/** Waits for nothing but its deadline. */
const endBadly = ['missing', 'crash', 'unready', 'quota', 'leaving'] as const
type Name = (typeof shared)[number] | (typeof alone)[number]
const names: readonly Name[] = [...shared, ...alone]

/** Others whose cases run at the same time, with the same server. */
export interface Beside {
  beside(served: () => Served): void
  /** Their targets, as the configuration says them. */
  open(): Promise<[string, object][]>
  pipelines: readonly { name: string }[]
}

/**
 * What goes wrong while whole pipelines run: how each ends, in which words, and who has the traffic then. They mostly wait,
 * so other suites run beside them; an API server that is away comes last, as it is away for all.
 */
export function canaryFaultSuite(cluster: () => Cluster, { beside, open, pipelines }: Beside): void {
  describe('when things go wrong while a pipeline runs', () => {
    let served: Served
    let folder: string
    let registry: TestRegistry | null = null
    beforeAll(async () => {
      const { control } = cluster()
      folder = mkdtempSync(join(tmpdir(), 'slipway-in-flight-'))
      mkdirSync(join(folder, 'pipelines'))
      for (const pipeline of [...names.map(pipelineOf), ...pipelines])
        writeFileSync(join(folder, 'pipelines', `${pipeline.name}.yaml`), JSON.stringify(pipeline))
      const opened = await Promise.all([
        openPlace(control, placeOf('away'), shared),
        ...alone.map(name => openPlace(control, placeOf(name), [name])),
      ])
      const others = await open()
      registry = binary === null ? null : await startRegistry(binary)
      const images = { url: registry?.url ?? 'https://registry.test', addresses: ['127.0.0.1/32'] }
      const configuration = {
        targets: Object.fromEntries([...opened, ...others]),
        registries: { images },
        pipelines: [{ directory: 'pipelines' }],
      }
      writeFileSync(join(folder, 'slipway.yaml'), JSON.stringify(configuration))
      const data = join(folder, 'data')
      served = servedBy(await startServer({ data, configuration: join(folder, 'slipway.yaml') }))
    })
    afterAll(async () => {
      await served?.server.stop()
      await registry?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    const kubectl = (name: Name, ...args: string[]) => cluster().control.kubectl(['-n', placeOf(name), ...args])

    const start = (name: Name, version = '2.0.0') => served.start(name, { version })
    const ended = (id: string) => served.ended(id)
    const found = (name: Name) => served.found(name)

    /** Started, and a quarter of the traffic is on the canary. */
    async function underWay(name: Name): Promise<string> {
      const id = await start(name)
      await until(async () => isAt(25, await found(name)), `the canary of ${name} to get traffic`)
      return id
    }

    const asBefore = { clusters: ['stable 0.0.1 × 4'], weights: { stable: 100 } }

    describe.concurrent('in mid-canary', () => {
      beside(() => served)

      it.each([
        ['missing', /image registry\.test\/shop:missing of container app cannot be pulled/],
        ['crash', /container app crashed 4 times \(exit code 3\)/],
        ['unready', /container app runs but is not ready: its readiness probe does not succeed/],
      ] as const)('a release that does not run is taken back: %s', async (name, words) => {
        const execution = await ended(await start(name, name))
        expect(execution).toEqual({ status: 'rolled-back', reason: expect.stringMatching(words) })
        expect(await found(name)).toEqual(asBefore)
      })

      it('an exhausted quota says nothing of the release', async () => {
        const id = await underWay('quota')
        await kubectl('quota', 'create', 'quota', 'full', '--hard=pods=5')
        expect(await ended(id)).toEqual({
          status: 'errored',
          reason: expect.stringMatching(/canary 2\.0\.0 does not become ready: the namespace's quota is exhausted/),
        })
        expect(await found('quota')).toEqual(asBefore)
      })

      it('a Deployment that somebody deleted is not brought back, and its canary serves on', async () => {
        const id = await underWay('deleted')
        await kubectl('deleted', 'delete', 'deploy', 'deleted')
        expect(await ended(id)).toEqual({
          status: 'errored',
          reason: expect.stringMatching(/there is no Deployment "deleted" in namespace .*; apply its manifest/),
        })
        // The next step may have made its room by then, but could not give it traffic.
        const clusters = [expect.stringMatching(/^canary 2\.0\.0 × [12]$/)]
        expect(await found('deleted')).toEqual({ clusters, weights: { stable: 75, canary: 25 } })
      })

      it('pods that somebody added are kept, and the canary has as many before it takes their traffic', async () => {
        const id = await underWay('scaled')
        // Looked at from before the change on: the next step may begin while it is made.
        const scaled = kubectl('scaled', 'scale', 'deploy', 'scaled', '--replicas=8')
        let over = false
        const end = ended(id).finally(() => {
          over = true
        })
        const fewest: Record<number, number> = {}
        while (!over) {
          const { clusters, weights } = await found('scaled')
          const pods = clusters.find(cluster => cluster.startsWith('canary'))?.split(' × ')[1]
          const { canary: share = 0 } = weights as { canary?: number }
          fewest[share] = Math.min(fewest[share] ?? 100, Number(pods ?? 0))
          await sleep(20)
        }
        await scaled
        expect(await end).toEqual({ status: 'succeeded', reason: null })
        expect(fewest).toMatchObject({ 25: 1, 50: 4, 100: 8 })
        expect(await found('scaled')).toEqual({ clusters: ['stable 2.0.0 × 8'], weights: { stable: 100 } })
      })

      it('weights that somebody edited are shown, and set again by the next step', async () => {
        const id = await underWay('edited')
        const refs = [
          { name: 'edited', port: 80, weight: 1 },
          { name: 'edited-canary', port: 80, weight: 3 },
        ]
        const patch = [{ op: 'replace', path: '/spec/rules/0/backendRefs', value: refs }]
        await kubectl('edited', 'patch', 'httproute', 'edited', '--type=json', '-p', JSON.stringify(patch))
        expect((await found('edited')).weights).toEqual({ stable: 25, canary: 75 })
        const { items } = await served.server.client.getDrift({ name: placeOf('edited') })
        const edited = items.filter(({ object }) => object === 'router of edited')
        expect(edited.map(({ field, applied, found: there }) => [field, applied, there])).toEqual([
          ['weights.stable', '75 %', '25 %'],
          ['weights.canary', '25 %', '75 %'],
        ])
        await until(async () => isAt(50, await found('edited')), 'the next step')
        expect(await ended(id)).toEqual({ status: 'succeeded', reason: null })
        expect(await found('edited')).toEqual({ clusters: ['stable 2.0.0 × 4'], weights: { stable: 100 } })
      })

      it.skipIf(binary === null)('a tag that moves while a run lasts stays what it was when it began', async () => {
        const before = await registry!.push('shop', '2.0.0', 'before')
        const image = `${registry!.host}/shop`
        const body = { parameters: { version: '2.0.0', image } }
        const { id } = await served.server.client.startExecution({ name: 'pinned', body })
        await until(async () => (await found('pinned')).clusters[0] === 'stable 2.0.0 × 4', 'the first stage')
        expect(await registry!.push('shop', '2.0.0', 'after')).not.toBe(before)
        expect(await ended(id)).toEqual({ status: 'succeeded', reason: null })
        const all = 'jsonpath={.items[*].spec.template.spec.containers[0].image}'
        const images = await kubectl('pinned', 'get', 'deploy', 'pinned', 'pinned-too', '-o', all)
        expect(images).toBe(`${image}:2.0.0@${before} ${image}:2.0.0@${before}`)
      })

      it('a namespace that is being deleted ends it', async () => {
        const { control } = cluster()
        const id = await underWay('leaving')
        await kubectl(
          'leaving',
          'patch',
          'svc',
          'leaving',
          '--type=merge',
          '-p',
          '{"metadata":{"finalizers":["test/held"]}}',
        )
        await control.kubectl(['delete', 'namespace', placeOf('leaving'), '--wait=false'])
        expect(await ended(id)).toEqual({
          status: 'errored',
          reason: expect.stringMatching(/namespace .* is being deleted/),
        })
        await kubectl('leaving', 'patch', 'svc', 'leaving', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
      })
    })

    it('an API server that is away is waited for', async () => {
      const { control } = cluster()
      const id = await underWay('away')
      await control.kill('apiserver')
      // Longer than the step, so that the next one finds nobody.
      await sleep(2_000)
      const { items } = await served.server.client.listTargets()
      const { error } = items.flatMap(({ services }) => services).find(({ name }) => name === 'away')!
      expect(error).toMatch(/the API server at https.* does not answer \(ECONNREFUSED\)/)
      expect((await served.server.client.getExecution({ id })).status).toBe('running')
      await control.start('apiserver')
      expect(await ended(id)).toEqual({ status: 'succeeded', reason: null })
      expect(await found('away')).toEqual({ clusters: ['stable 2.0.0 × 4'], weights: { stable: 100 } })
    })
  })
}

function isAt(share: number, { weights }: { weights: { canary?: number } }): boolean {
  return weights.canary === share
}

const placeOf = (name: Name) => (alone.some(other => other === name) ? `in-flight-${name}` : 'in-flight')

/** A namespace with services as users have them, and its target as the configuration says it. */
async function openPlace(
  control: ControlPlane,
  namespace: string,
  services: readonly Name[],
): Promise<[string, object]> {
  const service = (name: Name) => ({
    router: { type: 'gateway-api' as const, route: name },
    progressDeadline: endBadly.some(other => other === name) ? 3_000 : 20_000,
  })
  const all = Object.fromEntries(services.map(name => [name, service(name)]))
  const { configuration } = await openTestTarget(control, namespace, all)
  await apply(
    control,
    ...services.flatMap(name => [...userObjects(namespace, name, { replicas: 4 }), userRoute(namespace, name)]),
  )
  await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=60s'])
  return [namespace, written(configuration)]
}

/** Two services, one after the other, of the same image. */
function pinnedPipeline() {
  const release = { version: '${{ parameters.version }}', image: '${{ parameters.image }}:${{ parameters.version }}' }
  const parameters = { version: { type: 'string' }, image: { type: 'string' } }
  const stage = (service: Name) => ({ id: service, type: 'deploy', target: placeOf(service), service, release })
  const wait = { id: 'wait', type: 'wait', for: '2s' }
  return { name: 'pinned', application: 'shop', parameters, stages: [stage('pinned'), wait, stage('pinned-too')] }
}

function pipelineOf(name: Name) {
  if (name === 'pinned') return pinnedPipeline()
  const release = { version: '${{ parameters.version }}', image: 'registry.test/shop:${{ parameters.version }}' }
  const steps = [
    { weight: 25, for: '1500ms' },
    { weight: 50, for: '500ms' },
  ]
  const stage = {
    id: 'canary',
    type: 'deploy',
    strategy: 'canary',
    target: placeOf(name),
    service: name,
    release,
    steps,
  }
  return { name, application: 'shop', parameters: { version: { type: 'string' } }, stages: [stage] }
}
