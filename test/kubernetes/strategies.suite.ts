import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { V1Job, V1Pod } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { rbacOf } from '../../activities/targets/kubernetes/rbac.ts'
import type { Cluster } from './cluster.ts'
import { type ControlPlane, simulatedLog } from './control-plane.ts'
import { type Served, until, written } from './served.ts'
import { adminApi, apply, openTestTarget, userObjects, userRoute } from './world.ts'

const here = 'strategies'
const elsewhere = 'elsewhere'
const services = ['rolled', 'recreated', 'preview', 'scaled-to', 'earlier', 'work', 'both'] as const
type Name = (typeof services)[number]

const version = '${{ parameters.version }}'
const release = { version, image: `registry.test/shop:${version}` }
const at = (service: Name) => ({ target: here, service })
const parameters = (...names: string[]) => Object.fromEntries(names.map(name => [name, { type: 'string' }]))

/** One for each strategy, and for each stage that is about a target. */
export const strategyPipelines = [
  pipeline('rolled', ['version'], { id: 'it', type: 'deploy', ...at('rolled'), release }),
  pipeline('recreated', ['version'], { id: 'it', type: 'deploy', strategy: 'recreate', ...at('recreated'), release }),
  pipeline(
    'preview',
    ['version', 'says'],
    {
      ...{ id: 'preview', type: 'deploy', strategy: 'blue-green', ...at('preview'), release },
      ...{ switch: 'later', checks: [{ path: '/', contains: '${{ parameters.says }}', attempts: 1 }] },
    },
    { id: 'wait', type: 'wait', for: '1s' },
    { id: 'promote', type: 'promote', ...at('preview') },
  ),
  pipeline('scaled-to', [], { id: 'it', type: 'scale', ...at('scaled-to'), instances: 6 }),
  pipeline('earlier', ['version', 'colour'], {
    ...{ id: 'it', type: 'deploy', ...at('earlier') },
    release: { ...release, env: { COLOUR: '${{ parameters.colour }}' } },
  }),
  pipeline('back', ['version'], { id: 'it', type: 'rollback', ...at('earlier'), to: version }),
  pipeline('work', ['version'], { id: 'it', type: 'run', ...at('work'), image: release.image, command: ['migrate'] }),
  pipeline('both', ['version'], {
    ...{ id: 'it', type: 'deploy', target: '${{ matrix.target }}', service: 'both', release },
    matrix: { over: { target: [here, elsewhere] } },
  }),
]

function pipeline(name: string, wanted: string[], ...stages: object[]) {
  return { name, application: 'shop', parameters: parameters(...wanted), stages }
}

/** A namespace that is written to as a user, and one as a service account of its own by a connection of its own. */
export async function openStrategies({ control, pods }: Cluster): Promise<[string, object][]> {
  const settings = (name: Name) => ({
    router: { type: 'gateway-api' as const, route: name },
    progressDeadline: name === 'recreated' ? 10_000 : 20_000,
  })
  const first = await openTestTarget(control, here, Object.fromEntries(services.map(name => [name, settings(name)])))
  const folder = mkdtempSync(join(control.folder, 'elsewhere-'))
  const connection = {
    server: control.server,
    tokenFile: join(folder, 'token'),
    caFile: join(control.folder, 'pki/apiserver.crt'),
  }
  const second = await openTestTarget(control, elsewhere, { both: settings('both') }, { connection })
  const subject = { kind: 'ServiceAccount' as const, name: 'slipway', namespace: elsewhere }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'slipway', namespace: elsewhere } }
  await apply(control, account, ...rbacOf(elsewhere, second.configuration, subject))
  writeFileSync(connection.tokenFile, await control.kubectl(['-n', elsewhere, 'create', 'token', 'slipway']))
  const objects = (namespace: string, name: Name) => [
    ...userObjects(namespace, name, { replicas: 4, port: pods.port }),
    userRoute(namespace, name),
  ]
  await apply(control, ...services.flatMap(name => objects(here, name)), ...objects(elsewhere, 'both'))
  const wait = (namespace: string) =>
    control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=60s'])
  await Promise.all([wait(here), wait(elsewhere)])
  return [
    [here, written(first.configuration)],
    [elsewhere, written(second.configuration)],
  ]
}

export function strategySuite(cluster: () => Cluster, served: () => Served): void {
  describe('strategies and stages of whole pipelines', () => {
    const kubectl = (...args: string[]) => cluster().control.kubectl(['-n', here, ...args])
    const run = async (name: string, given: Record<string, string> = {}) => {
      const id = await served().start(name, given)
      return { id, ...(await served().ended(id)) }
    }
    const only = (wanted: string, pods = 4) => ({
      clusters: [`stable ${wanted} × ${pods}`],
      weights: { stable: 100 },
    })
    const succeeded = { status: 'succeeded', reason: null }

    it('rolling replaces pod by pod, with both versions side by side', async () => {
      const seen = followVersions(cluster().control, 'rolled')
      expect(await run('rolled', { version: '2.0.0' })).toMatchObject(succeeded)
      expect(await seen.stop()).toContain('0.0.1 2.0.0')
      expect(await served().found('rolled', here)).toEqual(only('2.0.0'))
    })

    it('recreate ends all pods before others start, also on the way back', async () => {
      const seen = followVersions(cluster().control, 'recreated')
      expect(await run('recreated', { version: '2.0.0' })).toMatchObject(succeeded)
      expect(await served().found('recreated', here)).toEqual(only('2.0.0'))
      expect(await run('recreated', { version: 'crash' })).toMatchObject({
        status: expect.stringMatching(/failed|rolled-back/),
        reason: expect.stringMatching(/container app crashed 4 times/),
      })
      expect(await served().found('recreated', here)).toEqual(only('2.0.0'))
      expect([...(await seen.stop())].sort()).toEqual(['', '0.0.1', '2.0.0', 'crash'])
    })

    it('blue-green asks a preview without traffic, and all traffic moves when it is promoted', async () => {
      const id = await served().start('preview', { version: '2.0.0', says: '"version":"2.0.0"' })
      const isWarm = async () => (await served().found('preview', here)).clusters.includes('preview 2.0.0 × 4')
      await until(isWarm, 'the preview')
      expect((await served().found('preview', here)).weights).toEqual({ stable: 100 })
      expect(await served().ended(id)).toEqual(succeeded)
      expect(await served().found('preview', here)).toEqual(only('2.0.0'))
      const wrong = await run('preview', { version: '3.0.0', says: 'something else' })
      expect(wrong).toMatchObject({ status: 'rolled-back', reason: expect.stringMatching(/does not contain/) })
      expect(await served().found('preview', here)).toEqual(only('2.0.0'))
    })

    it('scale changes the number of pods and nothing else', async () => {
      expect(await run('scaled-to')).toMatchObject(succeeded)
      expect(await served().found('scaled-to', here)).toEqual(only('0.0.1', 6))
    })

    it('rollback goes to any release that is kept, with the pods’ very template of then', async () => {
      const templates: string[] = []
      const hash = async () => {
        const pods = await kubectl('get', 'pods', '-l', 'app=earlier', '-o', 'json')
        const { items } = JSON.parse(pods) as { items: V1Pod[] }
        const hashes = items
          .filter(({ metadata }) => !metadata!.deletionTimestamp)
          .map(({ metadata }) => metadata!.labels!['pod-template-hash']!)
        return [...new Set(hashes)].join(' ')
      }
      for (const [given, colour] of [
        ['1.0.0', 'red'],
        ['2.0.0', 'green'],
        ['3.0.0', 'blue'],
      ] as const) {
        expect(await run('earlier', { version: given, colour })).toMatchObject(succeeded)
        templates.push(await hash())
      }
      expect(await run('back', { version: '1.0.0' })).toMatchObject(succeeded)
      expect(await served().found('earlier', here)).toEqual(only('1.0.0'))
      expect(await hash()).toBe(templates[0])
      for (const tag of ['by-hand', 'by-hand-again']) {
        await kubectl('set', 'image', 'deploy/earlier', `app=registry.test/shop:${tag}`)
        await kubectl('rollout', 'status', 'deploy/earlier', '--timeout=60s')
        templates.push(await hash())
      }
      expect(await run('back', { version: 'by-hand' })).toMatchObject(succeeded)
      expect(await served().found('earlier', here)).toEqual(only('by-hand'))
      expect(await hash()).toBe(templates.at(-2))
      expect(await run('back', { version: '9.9.9' })).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/never deployed in version 9\.9\.9/),
      })
    })

    it('run is one Job that is not restarted, its log kept by the cluster for a day', async () => {
      const { id, ...end } = await run('work', { version: '1.0.0' })
      expect(end).toEqual(succeeded)
      const { text } = await served().server.client.getStageLog({ id, stage: 'it' })
      expect(text).toContain(simulatedLog)
      const jobs = JSON.parse(await kubectl('get', 'jobs', '-o', 'json')) as { items: V1Job[] }
      expect(jobs.items.map(({ spec }) => [spec!.backoffLimit, spec!.ttlSecondsAfterFinished])).toEqual([[0, 86_400]])
      expect(await run('work', { version: 'exits' })).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/the job exited with 3; it printed last: .*hello from a simulated pod/),
      })
      const stuck = await served().start('work', { version: 'stuck' })
      const phases = 'jsonpath={.items[*].status.phase}'
      const runs = async () =>
        (await kubectl('get', 'pods', '-l', 'batch.kubernetes.io/job-name', '-o', phases)).includes('Pending')
      await until(runs, 'the pod of the job')
      await served().server.client.cancelExecution({ id: stuck, body: {} })
      expect(await served().ended(stuck)).toMatchObject({ status: 'canceled' })
      await until(async () => !(await runs()), 'the end of its pod')
    })

    it('a matrix goes over two connections at once, each with rights of its own', async () => {
      expect(await run('both', { version: '2.0.0' })).toMatchObject(succeeded)
      for (const target of [here, elsewhere]) expect(await served().found('both', target)).toEqual(only('2.0.0'))
      const writers = cluster()
        .control.audit()
        .filter(({ verb, objectRef }) => verb === 'update' && objectRef?.name === 'both')
        .map(({ user, objectRef }) => `${objectRef!.namespace} as ${user.username}`)
      expect(new Set(writers)).toEqual(
        new Set([`${here} as slipway`, `${elsewhere} as system:serviceaccount:${elsewhere}:slipway`]),
      )
    })
  })
}

/** Which versions of a service had pods at the same time, each moment as `1.0.0 2.0.0`. */
function followVersions(control: ControlPlane, app: string): { stop(): Promise<Set<string>> } {
  const ending = new AbortController()
  const pods = new Map<string, string>()
  const moments = new Set<string>()
  const path = `/api/v1/namespaces/${here}/pods`
  const following = (async () => {
    const query = { watch: '1', labelSelector: `app=${app}` }
    for await (const line of adminApi(control).lines(path, query, ending.signal)) {
      const { type, object } = JSON.parse(line) as { type: string; object: V1Pod }
      const name = object.metadata!.name!
      if (type === 'DELETED') pods.delete(name)
      else pods.set(name, object.spec!.containers[0]!.image!.split(':').at(-1)!)
      moments.add([...new Set(pods.values())].sort().join(' '))
    }
  })().catch(() => {})
  return {
    async stop() {
      ending.abort()
      await following
      return moments
    },
  }
}
