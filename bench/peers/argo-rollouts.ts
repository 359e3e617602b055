import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../activities/processes/ports.ts'
import { openWatches } from '../../activities/targets/kubernetes/watch.ts'
import { lastWords } from '../../setup/run.mjs'
import type { Cluster } from '../../test/kubernetes/cluster.ts'
import { adminApi, apply, release, userObjects } from '../../test/kubernetes/world.ts'

/** Argo Rollouts' controller in the bench's own cluster, running only while it is measured. */
export interface Peer {
  /** Services that run, each a Rollout with these canary steps. */
  open(namespace: string, names: readonly string[], options: RolloutOptions): Promise<Rollouts>
}

export interface RolloutOptions {
  replicas: number
  steps: readonly object[]
}

export interface Rollouts {
  /** Of the controller. */
  pid: number
  /** Brings all to a version at once; seconds from the change of each until it is healthy. */
  change(version: string): Promise<number[]>
  close(): Promise<void>
}

interface Rollout {
  metadata: { generation: number; resourceVersion: string }
  status?: { phase?: string; message?: string; observedGeneration?: string }
}

/** `folder`: of `argoRollouts` in setup/peers.mjs. */
export function argoRolloutsPeer({ control, pods }: Cluster, folder: string): Peer {
  const api = adminApi(control)
  const logFile = join(control.folder, 'argo-rollouts.log')

  async function define(): Promise<void> {
    const files = readdirSync(join(folder, 'crds')).map(file => readFileSync(join(folder, 'crds', file), 'utf8'))
    await control.kubectl(['apply', '--server-side', '-f', '-'], files.join('\n---\n'))
    await control.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s'])
  }

  /** As fast as the cluster's own controllers may be; of its other settings nothing is changed. */
  async function start(): Promise<ChildProcess> {
    const log = openSync(logFile, 'a')
    const args = [
      ...[`--kubeconfig=${control.peerKubeconfig}`, '--qps=500', '--burst=1000', '--leader-elect=false'],
      ...[`--metricsPort=${await freePort()}`, `--healthzPort=${await freePort()}`],
    ]
    const child = spawn(join(folder, 'rollouts-controller'), args, { cwd: control.folder, stdio: ['ignore', log, log] })
    closeSync(log)
    return child
  }

  return {
    async open(namespace, names, { replicas, steps }) {
      await define()
      await apply(control, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      const objectsOf = (name: string, image?: string) =>
        userObjects(namespace, name, { replicas, port: pods.port, ...(image === undefined ? {} : { image }) })
      const templateOf = (name: string, image?: string) => objectsOf(name, image).find(isDeployment)!.spec.template
      await apply(control, ...names.flatMap(name => objectsOf(name).map(object => asRollout(object, steps))))
      const controller = await start()
      const collection = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`
      const watches = openWatches(api)

      /**
       * What it calls healthy: all pods are of the new version and available, all steps are done, and none of the old
       * ones is left but those that are ending.
       */
      function healthy(name: string, generation: number): Promise<void> {
        const isSo = (found: Rollout | null): true | undefined => {
          if (controller.exitCode !== null)
            throw new Error(`the peer ended: ${lastWords(readFileSync(logFile, 'utf8'))}`)
          const { phase, observedGeneration, message } = found?.status ?? {}
          if (phase === 'Degraded') throw new Error(`the peer's ${name} is degraded: ${message}`)
          return phase === 'Healthy' && Number(observedGeneration) >= generation ? true : undefined
        }
        const signal = AbortSignal.timeout(600_000)
        return watches.until<Rollout, true>(collection, name, isSo, { signal, every: 1_000 }).then(() => {})
      }

      async function close(): Promise<void> {
        const gone = new Promise<void>(resolve => controller.once('exit', () => resolve()))
        if (controller.kill('SIGKILL')) await gone
        await control.kubectl(['delete', 'namespace', namespace])
      }

      try {
        await Promise.all(names.map(name => healthy(name, 1)))
      } catch (error) {
        await close()
        throw error
      }
      return {
        close,
        pid: controller.pid!,
        change: version =>
          Promise.all(
            names.map(async name => {
              const began = performance.now()
              const body = { spec: { template: templateOf(name, release(version).image) } }
              const { metadata } = await api.send<Rollout>(`${collection}/${name}`, { method: 'PATCH', body })
              await healthy(name, metadata.generation)
              return (performance.now() - began) / 1_000
            }),
          ),
      }
    },
  }
}

interface Deployment {
  kind: 'Deployment'
  spec: { template: object }
}

function isDeployment(object: object): object is Deployment {
  return (object as { kind: string }).kind === 'Deployment'
}

/** The same pods, brought to a new version by canary steps. */
function asRollout(object: object, steps: readonly object[]): object {
  if (!isDeployment(object)) return object
  const spec = { ...object.spec, strategy: { canary: { steps } } }
  return { ...object, apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec }
}
