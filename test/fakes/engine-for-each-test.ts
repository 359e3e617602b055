import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startTemporal, type TemporalServer } from '../temporal.ts'
import { startEngine, type TestEngine } from './engine.ts'

/** For all tests of a file: one Temporal server, and on it an engine for each test. */
export function engineForEachTest(): TestEngine & { readonly server: TemporalServer } {
  let server: TemporalServer
  let engine: TestEngine
  beforeAll(async () => {
    server = await startTemporal()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    engine = await startEngine(server)
    return () => engine.stop()
  })
  return {
    get server() {
      return server
    },
    get target() {
      return engine.target
    },
    get metrics() {
      return engine.metrics
    },
    get store() {
      return engine.store
    },
    start: (...run) => engine.start(...run),
    pause: () => engine.pause(),
    resume: () => engine.resume(),
    stop: () => engine.stop(),
  }
}
