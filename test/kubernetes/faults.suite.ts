import { beforeAll, describe, expect, it } from 'vitest'
import { kubernetesTarget } from '../../activities/targets/kubernetes/target.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { KubernetesTarget } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { Cluster } from './cluster.ts'
import { adminApi, apply, op, openTestTarget, release, userObjects, userRoute } from './world.ts'

const namespace = 'faults'
const names = ['hungry', 'big', 'stuck', 'owned', 'given', 'config', 'worker', 'helm', 'drifted'] as const
type Name = (typeof names)[number]

/** What goes wrong on clusters, each with the words people get. */
export function faultSuite(cluster: () => Cluster): void {
  describe('when things go wrong', () => {
    let target: Target
    let configuration: KubernetesTarget
    beforeAll(async () => {
      const { control } = cluster()
      const settings = (name: Name) => ({
        router: { type: 'gateway-api' as const, route: name },
        progressDeadline: ['hungry', 'big', 'stuck'].includes(name) ? 3_000 : 20_000,
        ...(name === 'drifted' ? { ignoreDrift: ['env'] } : {}),
        ...(name === 'given' ? { adopt: false } : {}),
      })
      const opened = await openTestTarget(
        control,
        namespace,
        Object.fromEntries(names.map(name => [name, settings(name)])),
      )
      target = opened.target
      configuration = opened.configuration
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

    it('a release that needs more memory than it may have is judged bad, and nothing of it stays', async () => {
      await expect(canary('hungry', 'registry.test/shop:hungry')).rejects.toMatchObject({
        kind: 'ReleaseFailed',
        message: expect.stringMatching(/container app was out of memory 2 times \(its limit is 32Mi\)/),
      })
      expect(await rolesOf('hungry')).toEqual(['stable 0.0.1'])
    })

    it('a release of which nothing moves is given up', async () => {
      await expect(canary('stuck', 'registry.test/shop:stuck')).rejects.toMatchObject({
        kind: 'ReleaseFailed',
        message: expect.stringMatching(/canary 2\.0\.0 made no progress for 3 s; `kubectl describe` its pods/),
      })
      expect(await rolesOf('stuck')).toEqual(['stable 0.0.1'])
    })

    it('a release whose pods are not admitted is judged bad, in the words of who refused them', async () => {
      const { control } = cluster()
      const { target: guarded } = await openTestTarget(control, 'guarded', { shop: { progressDeadline: 3_000 } })
      await apply(control, ...userObjects('guarded', 'shop', { replicas: 1 }))
      await control.kubectl(['label', 'namespace', 'guarded', 'pod-security.kubernetes.io/enforce=restricted'])
      const desired = { role: 'canary' as const, release: release('2.0.0'), instances: 1 }
      await expect(guarded.apply('shop', desired, op())).rejects.toMatchObject({
        kind: 'ReleaseFailed',
        message: expect.stringMatching(/its pods are not admitted: .* violates PodSecurity "restricted:latest"/),
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
      // Before it runs, not when it is to be promoted.
      await expect(canary('owned')).rejects.toMatchObject({ kind: 'Refused' })
      await kubectl('label', 'deploy', 'given', 'kustomize.toolkit.fluxcd.io/name=shop')
      const ignoring = { ...configuration.services.given!, adopt: true }
      const withOwners = (ignoreOwners: 'flux'[]) =>
        kubernetesTarget(namespace, { ...configuration, services: { given: { ...ignoring, ignoreOwners } } })
      const given = { role: 'canary' as const, release: release('2.0.0'), instances: 1 }
      await expect(withOwners([]).apply('given', given, op())).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/belongs to Flux.* add it to "ignoreOwners", or promote by a commit/),
      })
      await withOwners(['flux']).apply('given', given, op())
      await target.remove('given', 'canary', op())
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

    it('a Secret moves with its release where that was allowed, and comes back with it', async () => {
      const { control } = cluster()
      const { target: trusted } = await openTestTarget(control, 'trusted', { shop: {} }, { copySecrets: true })
      const [deployment, service] = userObjects('trusted', 'shop', { replicas: 1 }) as [WithContainers, object]
      deployment.spec.template.spec.containers[0]!.envFrom = [{ secretRef: { name: 'login' } }]
      const secret = (password: string) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'login', namespace: 'trusted' },
        stringData: { password },
      })
      await apply(control, deployment, service, secret('first'))
      const used = async () => {
        const get = (...args: string[]) => control.kubectl(['-n', 'trusted', 'get', ...args])
        const path = 'jsonpath={.spec.template.spec.containers[0].envFrom[0].secretRef.name}'
        const name = await get('deploy', 'shop', '-o', path)
        return { name, password: atob(await get('secret', name, '-o', 'jsonpath={.data.password}')) }
      }
      const bring = (version: string) =>
        trusted.apply('shop', { role: 'stable', release: release(version, { config: ['login'] }), instances: 1 }, op())
      await bring('1.0.0')
      const first = await used()
      expect(first).toEqual({ name: expect.stringMatching(/^login-[0-9a-f]{10}$/), password: 'first' })
      await apply(control, secret('second'))
      await bring('2.0.0')
      expect((await used()).password).toBe('second')
      await bring('1.0.0')
      expect(await used()).toEqual(first)
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

interface WithContainers {
  spec: { template: { spec: { containers: { envFrom?: object[] }[] } } }
}
