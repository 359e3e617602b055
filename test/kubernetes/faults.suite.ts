import { beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../activities/targets/target.ts'
import type { Cluster } from './cluster.ts'
import { adminApi, apply, op, openTestTarget, release, userObjects, userRoute } from './world.ts'

const namespace = 'faults'
const names = [
  ...['missing', 'crash', 'hungry', 'unready', 'big', 'quota', 'deleted', 'scaled', 'edited', 'away', 'owned', 'given'],
  ...['config', 'worker', 'helm', 'drifted'],
] as const
type Name = (typeof names)[number]

/** What goes wrong on clusters, each with the words people get. */
export function faultSuite(cluster: () => Cluster): void {
  describe('when things go wrong', () => {
    let target: Target
    beforeAll(async () => {
      const { control } = cluster()
      const settings = (name: Name) => ({
        router: { type: 'gateway-api' as const, route: name },
        progressDeadline: 3_000,
        ...(name === 'drifted' ? { ignoreDrift: ['env'] } : {}),
        ...(name === 'given' ? { adopt: false } : {}),
      })
      const opened = await openTestTarget(
        control,
        namespace,
        Object.fromEntries(names.map(name => [name, settings(name)])),
      )
      target = opened.target
      await apply(
        control,
        ...names.flatMap(name => [...userObjects(namespace, name, { replicas: 2 }), userRoute(namespace, name)]),
      )
      await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=60s'])
    })

    const kubectl = (...args: string[]) => cluster().control.kubectl(['-n', namespace, ...args])
    const canary = (name: Name, image = 'registry.test/shop:2.0.0') =>
      target.apply(name, { role: 'canary', release: release('2.0.0', { image }), instances: 1 }, op())
    const stable = (name: Name, version: string, more = {}) =>
      target.apply(name, { role: 'stable', release: release(version, more), instances: 2 }, op())
    const rolesOf = async (name: Name) =>
      (await target.current(name)).clusters.map(({ role, release: { version } }) => `${role} ${version}`)

    describe.concurrent('a release that does not run is judged bad, in words, and nothing of it stays', () => {
      const cases: [Name, RegExp][] = [
        ['missing', /image registry\.test\/shop:missing of container app cannot be pulled: Back-off pulling image/],
        ['crash', /container app crashed 4 times \(exit code 3\) \(pod crash-canary-.*\); its log cannot be read/],
        ['hungry', /container app was out of memory 2 times \(its limit is 32Mi\)/],
        ['unready', /container app runs but is not ready: its readiness probe does not succeed/],
      ]
      it.each(cases)('%s', async (name, words) => {
        const applied = canary(name, `registry.test/shop:${name}`)
        await expect(applied).rejects.toMatchObject({ kind: 'ReleaseFailed', message: expect.stringMatching(words) })
        expect(await rolesOf(name)).toEqual(['stable 0.0.1'])
      })
    })

    it('a cluster without room says nothing of the release', async () => {
      const asked = { resources: { requests: { cpu: '10000' } } }
      const container = [{ op: 'replace', path: '/spec/template/spec/containers/0/resources', value: asked.resources }]
      await kubectl('patch', 'deploy', 'big', '--type=json', '-p', JSON.stringify(container))
      await expect(canary('big')).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/no node takes the pod: .*Insufficient cpu/),
      })
    })

    it('an exhausted quota is named', async () => {
      const hard = { 'requests.cpu': '0' }
      await apply(cluster().control, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q', namespace },
        spec: { hard },
      })
      try {
        await expect(canary('quota')).rejects.toMatchObject({
          kind: 'Refused',
          message: expect.stringMatching(/quota is exhausted/),
        })
        expect(await rolesOf('quota')).toEqual(['stable 0.0.1'])
      } finally {
        await kubectl('delete', 'resourcequota', 'q')
      }
    })

    it('a Deployment that somebody deleted is not brought back unasked', async () => {
      await canary('deleted')
      await kubectl('delete', 'deploy', 'deleted')
      expect(await rolesOf('deleted')).toEqual(['canary 2.0.0'])
      await expect(stable('deleted', '2.0.0')).rejects.toMatchObject({
        kind: 'NotFound',
        message: expect.stringMatching(/there is no Deployment "deleted" in namespace faults; apply its manifest/),
      })
    })

    it('pods that somebody added while a canary ran are kept by its promotion', async () => {
      await canary('scaled')
      await kubectl('scale', 'deploy', 'scaled', '--replicas=5')
      await target.route('scaled', { canary: 100 }, op())
      await stable('scaled', '2.0.0')
      expect((await target.current('scaled')).clusters.find(({ role }) => role === 'stable')).toMatchObject({
        instances: 5,
        ready: 5,
      })
    })

    it('weights that somebody edited are what is told, and are set again by the next step', async () => {
      await canary('edited')
      await target.route('edited', { stable: 90, canary: 10 }, op())
      const refs = [
        { name: 'edited', port: 80, weight: 1 },
        { name: 'edited-canary', port: 80, weight: 3 },
      ]
      await kubectl(
        'patch',
        'httproute',
        'edited',
        '--type=json',
        '-p',
        JSON.stringify([{ op: 'replace', path: '/spec/rules/0/backendRefs', value: refs }]),
      )
      expect((await target.current('edited')).weights).toEqual({ stable: 25, canary: 75 })
      await target.route('edited', { stable: 80, canary: 20 }, op())
      expect((await target.current('edited')).weights).toEqual({ stable: 80, canary: 20 })
    })

    it('what is not as it was left is shown by field, and left alone', async () => {
      await stable('drifted', '1.0.0', { env: { COLOUR: 'red' } })
      await target.route('drifted', { stable: 100 }, op())
      expect(await target.drift!('drifted')).toEqual([])
      await kubectl('set', 'env', 'deploy/drifted', 'COLOUR=green', 'OWN=1')
      await kubectl('set', 'image', 'deploy/drifted', 'app=registry.test/shop:hotfix')
      expect(await target.drift!('drifted')).toEqual([
        {
          object: 'Deployment drifted',
          field: 'image',
          applied: 'registry.test/shop:1.0.0',
          found: 'registry.test/shop:hotfix',
        },
      ])
      expect(await rolesOf('drifted')).toEqual(['stable hotfix'])
    })

    it('nothing is changed without "adopt: true", nor where Argo CD or Helm would change it back', async () => {
      await expect(stable('given', '2.0.0')).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/set "adopt: true"/),
      })
      await kubectl('annotate', 'deploy', 'owned', 'argocd.argoproj.io/tracking-id=shop:apps/Deployment:faults/owned')
      await expect(stable('owned', '2.0.0')).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/belongs to Argo CD, which would undo a promotion/),
      })
      await kubectl('label', 'deploy', 'helm', 'app.kubernetes.io/managed-by=Helm')
      await expect(stable('helm', '2.0.0')).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/belongs to Helm/),
      })
      for (const name of ['given', 'owned', 'helm'] as const) expect(await rolesOf(name)).toEqual(['stable 0.0.1'])
    })

    it('only the fields of the release change, in the name of slipway', async () => {
      await stable('worker', '1.0.0', { env: { COLOUR: 'red', SHAPE: 'round' } })
      await stable('worker', '2.0.0', { env: { COLOUR: 'blue' } })
      const deployment = JSON.parse(await kubectl('get', 'deploy', 'worker', '-o', 'json', '--show-managed-fields'))
      const [container] = deployment.spec.template.spec.containers
      expect(container).toMatchObject({
        image: 'registry.test/shop:2.0.0',
        env: [{ name: 'COLOUR', value: 'blue' }],
        resources: { limits: { memory: '32Mi' } },
      })
      const managers = deployment.metadata.managedFields.filter(
        (field: { manager: string }) => field.manager === 'slipway',
      )
      const owned = JSON.stringify(managers.map((field: { fieldsV1: unknown }) => field.fieldsV1))
      expect(owned).toContain('f:image')
      expect(owned).not.toContain('f:resources')
    })

    it('configuration moves with its release, and comes back with it', async () => {
      const { control } = cluster()
      const configMap = (colour: string) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'colours', namespace },
        data: { colour },
      })
      await apply(control, configMap('red'))
      const envFrom = [
        { op: 'add', path: '/spec/template/spec/containers/0/envFrom', value: [{ configMapRef: { name: 'colours' } }] },
      ]
      await kubectl('patch', 'deploy', 'config', '--type=json', '-p', JSON.stringify(envFrom))
      const used = async () => {
        const name = (
          await kubectl(
            'get',
            'deploy',
            'config',
            '-o',
            'jsonpath={.spec.template.spec.containers[0].envFrom[0].configMapRef.name}',
          )
        ).trim()
        return { name, colour: await kubectl('get', 'configmap', name, '-o', 'jsonpath={.data.colour}') }
      }
      const config = { config: ['colours'] }
      await stable('config', '1.0.0', config)
      expect((await used()).colour).toBe('red')
      await apply(control, configMap('blue'))
      await stable('config', '2.0.0', config)
      expect((await used()).colour).toBe('blue')
      await stable('config', '1.0.0', config)
      expect(await used()).toMatchObject({ colour: 'red', name: expect.stringMatching(/^colours-[0-9a-f]{10}$/) })
    })

    it('an API server that goes away is waited for, and the same operation goes on', async () => {
      const { control } = cluster()
      const sameOp = op()
      const desired = { role: 'canary' as const, release: release('2.0.0'), instances: 2 }
      await control.kill('apiserver')
      await expect(target.current('away')).rejects.toMatchObject({
        kind: 'Unavailable',
        message: expect.stringMatching(/does not answer \(ECONNREFUSED\)/),
      })
      await expect(target.apply('away', desired, sameOp)).rejects.toMatchObject({ kind: 'Unavailable' })
      await control.start('apiserver')
      await target.apply('away', desired, sameOp)
      expect(await rolesOf('away')).toEqual(['stable 0.0.1', 'canary 2.0.0'])
    })

    it('nothing is made in a namespace that is being deleted', async () => {
      const { control } = cluster()
      const { target: leaving } = await openTestTarget(control, 'leaving', { shop: {} })
      const objects = userObjects('leaving', 'shop', { replicas: 1 })
      const held = { ...objects[1], metadata: { name: 'shop', namespace: 'leaving', finalizers: ['test/held'] } }
      await apply(control, objects[0]!, held)
      await control.kubectl(['delete', 'namespace', 'leaving', '--wait=false'])
      const applied = leaving.apply('shop', { role: 'canary', release: release('2.0.0'), instances: 1 }, op())
      await expect(applied).rejects.toMatchObject({
        kind: expect.stringMatching(/Refused|NotFound/),
        message: expect.stringMatching(/is being deleted|there is no Deployment/),
      })
      await adminApi(control).send('/api/v1/namespaces/leaving/services/shop', {
        method: 'PATCH',
        body: { metadata: { finalizers: null } },
      })
    })
  })
}
