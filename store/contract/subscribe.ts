import { setTimeout } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { batch, event } from './samples.ts'
import type { Suite } from './suite.ts'
export function subscribeContract(suite: Suite): void {
  describe('subscribe', () => {
    test('tells of events that another process recorded, well within a second', async () => {
      const writer = await suite.open()
      const told = vi.fn()
      const alsoTold = vi.fn()
      const stop = await suite.store.subscribe(told)
      await suite.store.subscribe(alsoTold)
      for (let round = 1; round <= 5; round += 1) {
        const before = told.mock.calls.length
        await writer.record({ ...batch('a', round), events: [event('a', round)] })
        await vi.waitFor(() => expect(told.mock.calls.length).toBeGreaterThan(before), { timeout: 900, interval: 5 })
      }
      await stop()
      const calls = told.mock.calls.length
      await writer.record({ ...batch('a', 6), events: [event('a', 6)] })
      await vi.waitFor(() => expect(alsoTold.mock.calls.length).toBeGreaterThan(calls), { timeout: 900, interval: 5 })
      expect(told).toHaveBeenCalledTimes(calls)
    })

    test('notifications alone do it, when nothing is polled for', async () => {
      const quiet = await suite.open({ pollInterval: 600_000 })
      const told = vi.fn()
      const stop = await quiet.subscribe(told)
      await vi.waitFor(
        async () => {
          await suite.store.record(batch('a', 1 + Math.floor(performance.now())))
          expect(told).toHaveBeenCalled()
        },
        { timeout: 5_000 },
      )
      await stop()
    })

    test('polling alone does it, when notifications are swallowed', async () => {
      const told = vi.fn()
      await suite.store.subscribe(told)
      await setTimeout(100)
      expect(told).not.toHaveBeenCalled()
      await suite.sql(`insert into events values (1, 'a', 1, now(), 'execution.status', null, '{}');
        update event_position set value = 1`)
      await vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 900, interval: 5 })
    })

    test('goes on after the database was gone', async () => {
      const told = vi.fn()
      await suite.store.subscribe(told)
      await suite.database.stop()
      await setTimeout(700)
      await suite.database.start()
      const before = told.mock.calls.length
      await vi.waitFor(() => suite.store.record(batch('a', 1)), { timeout: 5_000 })
      await vi.waitFor(() => expect(told.mock.calls.length).toBeGreaterThan(before), { timeout: 2_000, interval: 5 })
    })
  })
}
