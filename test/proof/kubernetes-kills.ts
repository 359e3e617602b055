import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionDetail } from '../../api/contract/execution.ts'
import { type Server, type ServerOptions, startServer } from '../../setup/server.ts'
import { type Cluster, startCluster } from '../kubernetes/cluster.ts'
import type { AuditEvent, ControlPlane, Part } from '../kubernetes/control-plane.ts'
import { written } from '../kubernetes/served.ts'
import { apply, op, openTestTarget, release, type TestTarget, userObjects, userRoute } from '../kubernetes/world.ts'
import { withLastWords } from './last-words.ts'
import { type Figures, type Proof, type ProofOptions, recoveryOf, seeded } from './proof.ts'

/** What is killed. `worker` is the process that runs workflows and activities, which is `serve` itself. */
const victims = ['worker', 'apiserver', 'controller-manager'] as const
export const service = 'shop'
const pods = 4
/** Milliseconds: kwok and Traefik wait up to a minute between two tries to be heard again, and perhaps twice. */
const progressDeadline = 120_000

/**
 * Kills at seeded moments of canaries, good ones and ones that never become ready in turn. Holds when every run ends as
 * it would have without the kill, all traffic is on one version whose pods are ready, nothing is left of another one, and
 * the API server's audit log shows nothing made twice.
 */
export const kubernetesKills: Proof = {
  what: 'kill -9 of worker, API server and controller-manager at seeded moments of a canary on Kubernetes',
  whole: 50,
  async run(options) {
    const cluster = await startCluster()
    try {
      return await killsOn(cluster, options)
    } finally {
      await cluster.stop()
    }
  },
}

/** On a cluster that is there already; its parts run again when it ends. */
export async function killsOn({ control }: Cluster, { seed, rounds, log }: ProofOptions): Promise<Figures> {
  const namespace = `kills-${seed}`
  const router = { type: 'gateway-api' as const, route: service }
  const opened = await openTestTarget(control, namespace, { [service]: { router, progressDeadline } })
  const { target } = opened
  await apply(control, ...userObjects(namespace, service), userRoute(namespace, service))
  await target.apply(service, { role: 'stable', release: release('1.0.0'), instances: pods }, op(0))
  await target.route(service, { stable: 100 }, op(0))
  const folder = mkdtempSync(join(tmpdir(), 'slipway-kubernetes-kills-'))
  const options = serverOptions(folder, opened)
  const random = seeded(seed)
  const recovery: number[] = []
  const killed: Record<string, number> = {}
  let changes = 0
  let stable = '1.0.0'
  let server = await startServer(options)
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const victim = victims[Math.floor(random() * victims.length)]!
      const kind = random() < 0.7 ? 'good' : 'bad'
      const moment = Math.round(random() * 3_000)
      const version = `2.${round}.0`
      const image = `registry.test/shop:${kind === 'good' ? version : 'missing'}`
      const before = control.audit().length
      const { id } = await server.client.startExecution({ name: service, body: { parameters: { version, image } } })
      await sleep(moment)
      const began = performance.now()
      if (victim === 'worker') await server.kill()
      else await control.kill(victim)
      // Away for a second, as whatever restarts it needs.
      await sleep(1_000)
      if (victim === 'worker') server = await startServer(options)
      else await control.start(victim)
      killed[victim] = (killed[victim] ?? 0) + 1
      const execution = await settled(server, id)
      const lasted = performance.now() - began
      recovery.push(lasted)
      const ended = `${execution.status} ${Math.round(lasted / 1_000)} s later`
      log(`${round}/${rounds} ${kind} ${version}: ${victim} killed after ${moment} ms → ${ended}`)
      if (kind === 'good') stable = version
      endedAs(execution, kind)
      await onlyVersion(stable, opened, control)
      changes += nothingTwice(control.audit().slice(before))
    }
  } catch (error) {
    throw new Error(`${withLastWords(error, server).message}\n${lastWordsOf(control)}`)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const kills = {
    workersKilled: killed.worker ?? 0,
    apiserversKilled: killed.apiserver ?? 0,
    controllerManagersKilled: killed['controller-manager'] ?? 0,
  }
  return { rounds, ...kills, orphaned: 0, doubled: 0, changesInAudit: changes, ...recoveryOf(recovery) }
}

/** When the parts of the cluster heard of each other again. */
function lastWordsOf({ folder }: ControlPlane): string {
  const words = (part: Part) => readFileSync(join(folder, `${part}.log`), 'utf8').slice(-2_000)
  return (['controller-manager', 'scheduler', 'kwok'] as const)
    .map(part => `--- last words of ${part} ---\n${words(part)}`)
    .join('\n')
}

/** A server for one namespace, with the pipeline `shop`: a canary of two steps of half a second. */
export function serverOptions(folder: string, { namespace, configuration }: TestTarget): ServerOptions {
  const steps = [25, 50].map(weight => ({ weight, for: '500ms' }))
  const wanted = { version: '${{ parameters.version }}', image: '${{ parameters.image }}' }
  const stage = { id: 'deploy', type: 'deploy', strategy: 'canary', target: namespace, service, steps, release: wanted }
  const parameters = { version: { type: 'string' }, image: { type: 'string' } }
  mkdirSync(join(folder, 'pipelines'))
  const pipeline = { name: service, application: 'shop', parameters, stages: [stage] }
  writeFileSync(join(folder, 'pipelines', 'shop.yaml'), JSON.stringify(pipeline))
  const settings = { targets: { [namespace]: written(configuration) }, pipelines: [{ directory: 'pipelines' }] }
  writeFileSync(join(folder, 'slipway.yaml'), JSON.stringify(settings))
  return { data: join(folder, 'data'), configuration: join(folder, 'slipway.yaml') }
}

async function settled(server: Server, id: string): Promise<ExecutionDetail> {
  const deadline = performance.now() + 300_000
  while (performance.now() < deadline) {
    const execution = await server.client.getExecution({ id, wait: '10s' })
    if (execution.endedAt !== null) return execution
  }
  throw new Error(`${id} did not end within 300 s`)
}

function endedAs({ status, reason }: ExecutionDetail, kind: 'good' | 'bad'): void {
  const wanted = kind === 'good' ? ['succeeded'] : ['rolled-back', 'failed']
  must(wanted.includes(status), `a ${kind} release ended ${status}: ${reason}`)
}

export async function onlyVersion(
  version: string,
  { target, namespace }: TestTarget,
  control: ControlPlane,
): Promise<void> {
  const { clusters, weights } = await target.current(service)
  const seen = clusters.map(({ role, release: { version: runs }, ready }) => `${role} ${runs} × ${ready}`).join(', ')
  must(seen === `stable ${version} × ${pods}`, `there is ${seen}, not stable ${version} × ${pods}`)
  must(weights.stable === 100, `weights ended at ${JSON.stringify(weights)}`)
  const kinds = ['get', 'deploy,svc', '-n', namespace, '-o', 'name']
  const left = (await control.kubectl(kinds)).trim().split('\n').join(', ')
  must(left === `deployment.apps/${service}, service/${service}`, `there is ${left}`)
}

/** Of one run: no object is made more often than it was deleted in between; tells how many changes were made. */
function nothingTwice(events: readonly AuditEvent[]): number {
  const there = new Map<string, number>()
  let changes = 0
  for (const { verb, objectRef, responseStatus } of events) {
    if (objectRef?.name === undefined || (responseStatus?.code ?? 500) >= 300) continue
    if (['create', 'update', 'patch', 'delete'].includes(verb)) changes += 1
    const object = `${objectRef.resource} ${objectRef.name}`
    if (verb === 'create') there.set(object, (there.get(object) ?? 0) + 1)
    if (verb === 'delete') there.set(object, 0)
    must((there.get(object) ?? 0) <= 1, `${object} was made twice`)
  }
  return changes
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}
