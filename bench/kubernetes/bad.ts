import type { Stage } from '../../pipeline/schema/stage.ts'
import { asTemplate, quickCanary } from '../../test/fakes/pipelines.ts'
import { op, release } from '../../test/kubernetes/world.ts'
import { median } from './figures.ts'
import { must, opened, type World } from './services.ts'

/** A look every second; from the end of the window that shows it until the canary has no traffic. */
export async function bad(world: World): Promise<void> {
  const namespace = 'bad'
  const { engine, target } = await opened(world, namespace, ['shop'], { replicas: 4, type: 'gateway-api' })
  await target.route('shop', { stable: 100 }, op(0))
  engine.metrics.behaviour = { '0.0.1': 0, '2.0.0': 0.3 }
  const times: number[] = []
  for (let round = 1; round <= (world.quick ? 1 : 5); round++) {
    const canary = quickCanary({
      ...{ target: namespace, service: 'shop', release: asTemplate(release('2.0.0')), baseline: 'stable' as const },
      steps: [{ weight: 25, for: 30_000 }],
    })
    const guardrails = [{ metric: 'errors', above: 0.1, atLeast: 20 }]
    const stage: Stage = { ...canary, analysis: { ...canary.analysis, interval: 1_000, guardrails } }
    const run = await engine.start([stage])
    must(await run.result(), 'rolled-back')
    const seen = Math.max(...engine.store.evidence(run.id).map(({ to }) => Date.parse(to)))
    const changes = engine.store.events(run.id).filter(({ kind }) => kind === 'weights.changed')
    times.push((Date.parse(changes.at(-1)!.at) - seen) / 1_000)
  }
  world.report('bad metric, 1 s interval: from what shows it to weight 0', median(times), 's', 1.2)
  await engine.stop()
}
