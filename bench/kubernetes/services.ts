import type { Execution } from '../../pipeline/execution.ts'
import type { RouterConfiguration } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { startEngine, type TestEngine, type TestRun } from '../../test/fakes/engine.ts'
import { asTemplate } from '../../test/fakes/pipelines.ts'
import type { Cluster } from '../../test/kubernetes/cluster.ts'
import { apply, openTestTarget, release, userObjects, userRoute } from '../../test/kubernetes/world.ts'
import type { TemporalServer } from '../../test/temporal.ts'
import { defaultTimings } from '../../workflows/timings.ts'
import type { Peer } from '../peers/argo-rollouts.ts'
import type { Report } from './figures.ts'

/** What every part of the bench works with. */
export interface World {
  cluster: Cluster
  temporal: TemporalServer
  /** A tenth of the work. */
  quick: boolean
  /** Null: it was not asked for, or cannot be had. */
  peer: Peer | null
  report: Report
}

/** Services that run, and an engine that delivers them. */
export async function opened(
  { cluster: { control, pods }, temporal }: World,
  namespace: string,
  names: readonly string[],
  { replicas, type }: { replicas: number; type: 'replicas' | 'gateway-api' },
) {
  const router = (name: string): RouterConfiguration => (type === 'replicas' ? { type } : { type, route: name })
  const made = await openTestTarget(
    control,
    namespace,
    Object.fromEntries(names.map(name => [name, { router: router(name) }])),
  )
  const objects = names.flatMap(name => [
    ...userObjects(namespace, name, { replicas, port: pods.port }),
    // The Gateway computes all its routes anew with every pod that comes or goes.
    ...(type === 'gateway-api' ? [userRoute(namespace, name)] : []),
  ])
  await apply(control, ...objects)
  await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=120s'])
  const engine = await startEngine(temporal, {
    targets: { [namespace]: made.target },
    timings: { patience: 600_000, lease: 60_000, tellAfter: defaultTimings.tellAfter },
    // As they are in earnest: those of tests look twice a second whether the holder of a lock lives.
    locks: defaultTimings,
  })
  return { ...made, engine }
}

export function steps(
  target: string,
  service: string,
  version: string,
  given: { weight: number; for: number }[],
): StageOf<'deploy'> {
  const wanted = asTemplate(release(version))
  return { id: 'deploy', type: 'deploy', target, service, release: wanted, strategy: 'canary', steps: given }
}

/**
 * How it ended and when: seconds from its start until all traffic is on the new version, until that is the stable one, and
 * until its end.
 */
export async function delivered(engine: TestEngine, stage: StageOf<'deploy'>) {
  const began = Date.now()
  const run = await engine.start([stage])
  must(await run.result(), 'succeeded')
  const since = (time: number) => (time - began) / 1_000
  const { served, settled } = changesOf(engine, run)
  return { served: since(served), settled: since(settled), ended: since(Date.now()) }
}

/** The last two changes of weights of a run that promotes give everything to the canary, then to the new stable version. */
function changesOf({ store }: TestEngine, { id }: TestRun): { served: number; settled: number } {
  const changes = store.events(id).filter(({ kind }) => kind === 'weights.changed')
  const [all, stable] = changes.slice(-2)
  const weights = [all, stable].map(change => JSON.stringify(change?.data.weights))
  if (weights.join() !== '{"canary":100},{"stable":100}') throw new Error(`a run ended at ${weights.join(', then ')}`)
  return { served: Date.parse(all!.at), settled: Date.parse(stable!.at) }
}

export function must({ status, reason }: Execution, wanted: string): void {
  if (status !== wanted) throw new Error(`a run ended ${status}, not ${wanted}: ${reason}`)
}
