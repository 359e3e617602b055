import { targetContract } from '../../activities/targets/contract.ts'
import type { Cluster } from './cluster.ts'
import { apply, openTestTarget, release, userObjects, userRoute } from './world.ts'

/** What holds of every target, with weights of the Gateway API and requests through a real Gateway. */
export function targetSuite(cluster: () => Cluster): void {
  targetContract('kubernetes', async () => {
    const { control, gateway, pods } = cluster()
    const namespace = 'contract'
    const names = Array.from({ length: 20 }, (_, index) => `shop-${index}`)
    const settings = (name: string) => ({
      router: { type: 'gateway-api' as const, route: name },
      progressDeadline: 2_000,
      settleTime: 1_000,
      url: `${gateway.url}/${namespace}/${name}`,
    })
    const { target } = await openTestTarget(
      control,
      namespace,
      Object.fromEntries(names.map(name => [name, settings(name)])),
    )
    await apply(
      control,
      ...names.flatMap(name => [...userObjects(namespace, name, { port: pods.port }), userRoute(namespace, name)]),
    )
    let used = 0
    return {
      target,
      freshService: () => names[used++]!,
      release,
      broken: release('9.9.9', { image: 'registry.test/shop:crash' }),
      ask: async url => ((await (await fetch(url)).json()) as { version: string }).version,
      close: async () => {},
    }
  })
}
