import { setTimeout as sleep } from 'node:timers/promises'
import { metricProviderContract } from '../../../activities/metrics/contract.ts'
import type { Query } from '../../../activities/metrics/provider.ts'
import { routerProvider } from '../../../activities/metrics/router.ts'
import { startHost } from '../../../activities/targets/process/host/start.ts'
import { openWorld, release, service } from './world.ts'

metricProviderContract('the router', async () => {
  const world = await openWorld()
  await world.target.apply(service, { role: 'stable', release: release('1'), instances: 1 }, world.op())
  await world.target.apply(service, { role: 'canary', release: release('2'), instances: 1 }, world.op())
  const url = await world.url()
  const from = Math.floor(Date.now() / 1_000) * 1_000
  for (let i = 0; i < 10; i++) await fetch(`${url}/${i === 0 ? 'fail' : 'who'}`).then(answer => answer.text())
  const to = (Math.floor(Date.now() / 1_000) + 1) * 1_000
  await sleep(to - Date.now())
  const query = (role: 'stable' | 'canary', version: string): Query => ({
    metric: 'errors',
    kind: 'proportion',
    selector: { target: world.name, service, role, version },
    expressions: { preset: 'http-errors' },
  })
  const window = { from, to }
  return {
    provider: routerProvider(world.host),
    present: { query: query('stable', '1'), window },
    zero: { query: query('canary', '2'), window },
    absent: { query: query('canary', '3'), window },
    nonsense: { ...query('stable', '1'), expressions: { preset: 'no-such' } },
    breakSource: () => world.host.stop({ instances: 'end' }),
    async close() {
      await startHost(world.data)
      await world.close()
    },
  }
})
