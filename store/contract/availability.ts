import { describe, expect, test } from 'vitest'
import { StoreUnavailable } from '../errors.ts'
import { openStore } from '../postgres.ts'
import { batch, entry, request } from './samples.ts'
import type { Suite } from './suite.ts'
export function availabilityContract(suite: Suite): void {
  describe('when the database is down', () => {
    test('every call says so quickly, and works again when it is back', async () => {
      await suite.store.begin(request())
      await suite.database.stop()
      const began = performance.now()
      const calls: [string, () => Promise<unknown>][] = [
        ['begin', () => suite.store.begin(request())],
        ['started', () => suite.store.started('a')],
        ['unstarted', () => suite.store.unstarted(0, 1)],
        ['record', () => suite.store.record(batch('a', 1))],
        ['get', () => suite.store.get('a')],
        ['input', () => suite.store.input('a')],
        ['list', () => suite.store.list({}, 1, null)],
        ['events', () => suite.store.events(0, 1)],
        ['position', () => suite.store.position()],
        ['evidence', () => suite.store.evidence('a')],
        ['looks', () => suite.store.looks('a', 0, 1)],
        ['audit', () => suite.store.audit(entry())],
        ['auditLog', () => suite.store.auditLog(1, null)],
        ['auditAfter', () => suite.store.auditAfter(0, 1)],
        ['token', () => suite.store.token('a')],
        ['session', () => suite.store.session('a')],
        ['claim', () => suite.store.claim('a', '2026-01-01T00:00:00.000Z')],
        ['isClaimed', () => suite.store.isClaimed('a')],
        ['release', () => suite.store.release('a')],
        ['freezes', () => suite.store.freezes('2026-01-01T00:00:00.000Z')],
        ['quarantine', () => suite.store.quarantine(1)],
        ['verifyAudit', () => suite.store.verifyAudit()],
        ['prune', () => suite.store.prune('2026-01-01T00:00:00.000Z')],
        ['ping', () => suite.store.ping()],
        ['openStore', () => openStore(suite.database.url)],
      ]
      for (const [name, call] of calls) await expect(call(), name).rejects.toThrow(StoreUnavailable)
      expect(performance.now() - began).toBeLessThan(2_000)
      await suite.database.start()
      await suite.store.ping()
      expect(await suite.store.begin(request())).toMatchObject({ outcome: 'replay' })
      expect(await suite.store.audit(entry())).toMatchObject({ sequence: 1 })
    })
  })
}
