import { op } from '../../test/kubernetes/world.ts'
import { median } from './figures.ts'
import { delivered, opened, steps, type World } from './services.ts'

const shares = [20, 40, 60, 80]
const replicas = 5

/** 20, 40, 60, 80 without pauses. */
export async function weights(world: World): Promise<void> {
  const peer = world.peer === null ? null : await ofPeer(world.peer, world)
  for (const type of ['replicas', 'gateway-api'] as const) {
    const ours = await weightsOf(world, type)
    const what = `4 weights without pauses, ${replicas} pods, ${type}`
    const limited = type === 'replicas'
    world.report(`${what}: stable, with all traffic`, ours.settled, 's')
    world.report(`${what}: ended`, ours.ended, 's', limited && peer === null ? 0.8 : undefined)
    if (peer === null || !limited) continue
    world.report('beside the peer: stable, with all traffic', ours.settled / peer, 'times', 1)
    world.report('beside the peer: ended', ours.ended / peer, 'times')
  }
}

async function weightsOf(world: World, type: 'replicas' | 'gateway-api') {
  const namespace = `weights-${type}`
  const { engine, target } = await opened(world, namespace, ['shop'], { replicas, type })
  await target.route('shop', { stable: 100 }, op(0))
  const times: { settled: number; ended: number }[] = []
  for (let round = 0; round <= rounds(world); round++) {
    const given = shares.map(weight => ({ weight, for: 0 }))
    times.push(await delivered(engine, steps(namespace, 'shop', `1.${round}.0`, given)))
  }
  await engine.stop()
  // The first one loads what the others find.
  const counted = times.slice(1)
  return { settled: median(counted.map(({ settled }) => settled)), ended: median(counted.map(({ ended }) => ended)) }
}

async function ofPeer(peer: NonNullable<World['peer']>, world: World): Promise<number> {
  const given = shares.map(setWeight => ({ setWeight }))
  const rollouts = await peer.open('weights-peer', ['shop'], { replicas, steps: given })
  const times: number[] = []
  try {
    for (let round = 0; round <= rounds(world); round++) times.push(...(await rollouts.change(`1.${round}.0`)))
  } finally {
    await rollouts.close()
  }
  const seconds = median(times.slice(1))
  world.report(`the peer, 4 weights without pauses, ${replicas} pods: healthy`, seconds, 's')
  return seconds
}

function rounds({ quick }: World): number {
  return quick ? 2 : 10
}
