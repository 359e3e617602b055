import { residentAfterCollection } from '../../test/proof/resident.ts'
import { processorTime } from './cpu.ts'
import { median } from './figures.ts'
import { delivered, opened, steps, type World } from './services.ts'

const shares = [25, 50, 75]
const replicas = 4

export async function canariesAtOnce(world: World): Promise<void> {
  const names = Array.from({ length: world.quick ? 10 : 50 }, (_, index) => `shop-${index}`)
  const what = `${names.length} canaries at once, 3 × 2 s, ${names.length * replicas} pods`
  const peer = world.peer === null ? null : await ofPeer(world.peer, world, { names, what })
  const ours = await ofOurs(world, { names, what, limit: peer === null ? 23 : undefined })
  if (peer === null) return
  // What the peer calls healthy: it makes the new pods the stable ones by a label, and leaves the old ones for 30 s.
  world.report('beside the peer, p50: all traffic on the new version', ours.served / peer, 'times')
  world.report('beside the peer, p50: stable, with all traffic', ours.settled / peer, 'times', 1)
  world.report('beside the peer, p50: ended', ours.ended / peer, 'times')
}

interface Wave {
  names: readonly string[]
  what: string
}

async function ofOurs(world: World, { names, what, limit }: Wave & { limit: number | undefined }) {
  const { cluster, temporal, report } = world
  const namespace = 'at-once'
  const { engine } = await opened(world, namespace, names, { replicas, type: 'replicas' })
  const given = shares.map(weight => ({ weight, for: 2_000 }))
  const requests = cluster.control.audit().length
  const used = processorTime({ worker: process.pid, temporal: temporal.pid, ...cluster.control.pids() })
  const times = await Promise.all(names.map(name => delivered(engine, steps(namespace, name, '2.0.0', given))))
  const processors = used.since()
  const served = times.map(time => time.served)
  const settled = times.map(time => time.settled)
  const ended = times.map(time => time.ended)
  report(`${what}: all traffic on the new version, p50`, median(served), 's')
  report(`${what}: stable, with all traffic, p50`, median(settled), 's')
  report(`${what}: ended, p50`, median(ended), 's', limit)
  report('the same, slowest', Math.max(...ended), 's')
  report('requests to the API server a canary', (cluster.control.audit().length - requests) / names.length, 'requests')
  report('CPU of the worker a canary', (processors.worker! * 1_000) / names.length, 'ms')
  reportProcessors(world, processors)
  report('memory of the worker', (await residentAfterCollection()) / 1e6, 'MB')
  await engine.stop()
  return { served: median(served), settled: median(settled), ended: median(ended) }
}

async function ofPeer(peer: NonNullable<World['peer']>, world: World, { names, what }: Wave): Promise<number> {
  const { cluster, report } = world
  const given = shares.flatMap(setWeight => [{ setWeight }, { pause: { duration: '2s' } }])
  const rollouts = await peer.open('at-once-peer', names, { replicas, steps: given })
  try {
    const requests = cluster.control.audit().length
    const used = processorTime({ 'the peer': rollouts.pid, ...cluster.control.pids() })
    const times = await rollouts.change('2.0.0')
    const processors = used.since()
    report(`the peer, ${what}: healthy, p50`, median(times), 's')
    report('the same, slowest', Math.max(...times), 's')
    report(
      'requests to the API server a canary',
      (cluster.control.audit().length - requests) / names.length,
      'requests',
    )
    reportProcessors(world, processors)
    return median(times)
  } finally {
    await rollouts.close()
  }
}

function reportProcessors({ report }: World, seconds: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(seconds)) report(`CPU of ${name}`, value, 's')
}
