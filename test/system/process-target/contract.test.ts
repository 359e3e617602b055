import { targetContract } from '../../../activities/targets/contract.ts'
import { openWorld, release, service, who } from './world.ts'

targetContract('process', async () => {
  const world = await openWorld(...Array.from({ length: 20 }, () => ({ startTimeout: 3_000 })))
  let used = 0
  return {
    target: world.target,
    freshService: () => `${service}-${++used}`,
    release: version => release(version),
    broken: release('9.9.9', { MODE: 'exit' }),
    ask: async url => (await who(url)).version,
    close: () => world.close(),
  }
})
