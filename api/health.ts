import type { Store } from '../store/store.ts'
import type { Health } from './contract/server.ts'
import type { Engine } from './engine/engine.ts'
import { within } from './within.ts'

/** Milliseconds a component may take to say that it is there. */
const patience = 2_000

/** Whether a run that is triggered now would be accepted, started and worked on. */
export async function checkHealth({ store, engine }: { store: Store; engine: Engine }): Promise<Health> {
  const isUp = (check: Promise<unknown>) => check.then(answer => answer !== false)
  const [storeUp, temporalUp, workerUp] = await Promise.all([
    within(patience, isUp(store.ping())),
    within(patience, isUp(engine.ping())),
    within(patience, isUp(engine.hasWorker())),
  ])
  const checks = { store: word(storeUp), temporal: word(temporalUp), worker: word(workerUp) }
  return { status: word(storeUp && temporalUp && workerUp), checks }
}

function word(up: boolean | null): 'ok' | 'down' {
  return up === true ? 'ok' : 'down'
}
