import { setTimeout as sleep } from 'node:timers/promises'
import type { Execution } from '../../pipeline/execution.ts'
import { startEngine, type TestEngine } from '../fakes/engine.ts'
import { asTemplate } from '../fakes/pipelines.ts'
import { type Cluster, startCluster } from '../kubernetes/cluster.ts'
import type { AuditEvent, ControlPlane } from '../kubernetes/control-plane.ts'
import { apply, op, openTestTarget, release, type TestTarget, userObjects, userRoute } from '../kubernetes/world.ts'
import { startTemporal } from '../temporal.ts'
import { type Figures, type Proof, type ProofOptions, seeded } from './proof.ts'

const victims = ['worker', 'apiserver', 'controller-manager'] as const
const service = 'shop'
const pods = 4

/**
 * Kills at seeded moments of canaries, good ones and ones that never become ready in turn. Holds when every run ends as
 * it would have without the kill, all traffic is on one version whose pods are ready, nothing is left of another one, and
 * the API server's audit log shows nothing made twice.
 */
export const kubernetesKills: Proof = {
  what: 'worker stopped, API server and controller-manager killed at seeded moments of a canary',
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
  const opened = await openTestTarget(control, namespace, { [service]: { router, progressDeadline: 60_000 } })
  const { target } = opened
  await apply(control, ...userObjects(namespace, service), userRoute(namespace, service))
  await target.apply(service, { role: 'stable', release: release('1.0.0'), instances: pods }, op(0))
  await target.route(service, { stable: 100 }, op(0))
  const temporal = await startTemporal()
  const engine = await startEngine(temporal, { targets: { [namespace]: target }, timings: { patience: 60_000 } })
  const random = seeded(seed)
  const recovery: number[] = []
  let stable = '1.0.0'
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const victim = victims[Math.floor(random() * victims.length)]!
      const kind = random() < 0.7 ? 'good' : 'bad'
      const moment = Math.round(random() * 3_000)
      const version = `2.${round}.0`
      const image = `registry.test/shop:${kind === 'good' ? version : 'missing'}`
      const before = control.audit().length
      const run = await engine.start([canaryOf(namespace, release(version, { image }))])
      await sleep(moment)
      const killed = performance.now()
      await endAndBringBack(victim, { control, engine })
      const execution = await run.result()
      recovery.push(performance.now() - killed)
      log(`${round}/${rounds} ${kind} ${version}: ${victim} killed after ${moment} ms → ${execution.status}`)
      if (kind === 'good') stable = version
      endedAs(execution, kind)
      await onlyVersion(stable, opened, control)
      nothingTwice(control.audit().slice(before))
    }
  } finally {
    await engine.stop()
    await temporal.stop()
  }
  recovery.sort((a, b) => a - b)
  const at = (share: number): number => Math.round(recovery[Math.floor(share * (recovery.length - 1))] ?? 0)
  return { rounds, orphaned: 0, doubled: 0, msFromKillToEndMedian: at(0.5), msFromKillToEndWorst: at(1) }
}

function canaryOf(target: string, wanted: ReturnType<typeof release>) {
  const steps = [25, 50].map(weight => ({ weight, for: 500 }))
  const stage = { id: 'deploy', type: 'deploy' as const, strategy: 'canary' as const, target, service, steps }
  return { ...stage, release: asTemplate(wanted) }
}

/** Away for a second, as whatever restarts it needs. */
async function endAndBringBack(
  victim: (typeof victims)[number],
  { control, engine }: { control: ControlPlane; engine: TestEngine },
): Promise<void> {
  if (victim === 'worker') {
    await engine.pause()
    await sleep(1_000)
    return engine.resume()
  }
  await control.kill(victim)
  await sleep(1_000)
  await control.start(victim)
}

function endedAs({ status, reason }: Execution, kind: 'good' | 'bad'): void {
  const wanted = kind === 'good' ? ['succeeded'] : ['rolled-back', 'failed']
  must(wanted.includes(status), `a ${kind} release ended ${status}: ${reason}`)
}

async function onlyVersion(version: string, { target, namespace }: TestTarget, control: ControlPlane): Promise<void> {
  const { clusters, weights } = await target.current(service)
  const seen = clusters.map(({ role, release: { version: runs }, ready }) => `${role} ${runs} × ${ready}`).join(', ')
  must(seen === `stable ${version} × ${pods}`, `there is ${seen}, not stable ${version} × ${pods}`)
  must(weights.stable === 100, `weights ended at ${JSON.stringify(weights)}`)
  const kinds = ['get', 'deploy,svc', '-n', namespace, '-o', 'name']
  const left = (await control.kubectl(kinds)).trim().split('\n').join(', ')
  must(left === `deployment.apps/${service}, service/${service}`, `there is ${left}`)
}

/** Of one run: no object is made more often than it was deleted in between. */
function nothingTwice(events: readonly AuditEvent[]): void {
  const there = new Map<string, number>()
  for (const { verb, objectRef, responseStatus } of events) {
    if (objectRef?.name === undefined || (responseStatus?.code ?? 500) >= 300) continue
    const object = `${objectRef.resource} ${objectRef.name}`
    if (verb === 'create') there.set(object, (there.get(object) ?? 0) + 1)
    if (verb === 'delete') there.set(object, 0)
    must((there.get(object) ?? 0) <= 1, `${object} was made twice`)
  }
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}
