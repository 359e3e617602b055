import type { Logger } from 'pino'
import type { Store } from '../../store/store.ts'
import type { Engine } from '../engine/engine.ts'
import { every } from '../every.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { launch } from './start.ts'

/** Younger ones are just being started by whoever accepted them. */
const age = 2_000
const batch = 100
const interval = 3_000

export interface ReconcilerParts {
  store: Store
  engine: Engine
  metrics: Metrics
  log: Logger
}

/**
 * Starts runs that were accepted and never confirmed as started, because a server died or the engine was away in
 * between. Starting is idempotent, so any number of servers may do this at once.
 */
export function runReconciler(parts: ReconcilerParts, signal: AbortSignal): Promise<void> {
  const { store, engine, metrics, log } = parts
  return every(interval, signal, async () => {
    const started = await reconcile(store, engine).catch(error => {
      log.debug({ err: error }, 'accepted runs cannot be started right now')
      return []
    })
    metrics.startedByReconciler.inc(started.length)
    for (const execution of started) log.info({ execution }, 'started a run that had been accepted before')
  })
}

/** One pass; resolves with the ids it started. */
export async function reconcile(store: Store, engine: Engine): Promise<string[]> {
  const inputs = await store.unstarted(age, batch)
  for (const input of inputs) await launch(store, engine, input, {})
  return inputs.map(input => input.id)
}
