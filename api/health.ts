import type { Store } from '../store/store.ts'
import type { Health } from './contract/server.ts'
import type { Engine } from './engine/engine.ts'

/** Milliseconds a component may take to say that it is there. */
const patience = 2_000

/** Whether a run that is triggered now would be accepted, started and worked on. */
export async function checkHealth({ store, engine }: { store: Store; engine: Engine }): Promise<Health> {
  const [storeUp, temporalUp, workerUp] = await Promise.all([
    isUp(store.ping()),
    isUp(engine.ping()),
    isUp(engine.hasWorker().then(found => (found ? undefined : Promise.reject(new Error('no worker'))))),
  ])
  const checks = { store: word(storeUp), temporal: word(temporalUp), worker: word(workerUp) }
  return { status: word(storeUp && temporalUp && workerUp), checks }
}

function word(up: boolean): 'ok' | 'down' {
  return up ? 'ok' : 'down'
}

async function isUp(check: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), patience)
  check.then(
    () => resolve(true),
    () => resolve(false),
  )
  return promise.finally(() => clearTimeout(timer))
}
