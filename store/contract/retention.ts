import { describe, expect, test } from 'vitest'
import { batch, evidence, input, request } from './samples.ts'
import type { Suite } from './suite.ts'
export function retentionContract(suite: Suite): void {
  describe('retention', () => {
    const long = '2100-01-01T00:00:00.000Z'

    test('finished runs go with their events and evidence; others stay, and positions go on', async () => {
      const ended = { status: 'succeeded' as const, endedAt: '2026-03-01T10:05:00.000Z' }
      await suite.store.record({ ...batch('old', 2, ended), evidence: [evidence('old', 'canary', 1)] })
      await suite.store.record(batch('open', 2, { status: 'running' }))
      await suite.store.record(batch('late', 2, { ...ended, endedAt: '2026-03-02T10:00:00.000Z' }))
      expect(await suite.store.prune('2026-03-02T00:00:00.000Z')).toBe(1)
      expect((await suite.store.list({}, 10, null)).items.map(one => one.id).sort()).toEqual(['late', 'open'])
      expect(await suite.store.get('old')).toBeNull()
      expect(await suite.store.evidence('old')).toEqual([])
      expect((await suite.store.events(0, 10)).map(one => one.position)).toEqual([3, 4, 5, 6])
      expect(await suite.store.prune(long)).toBe(1)
      expect(await suite.store.position()).toBe(6)
    })

    test('prunes more than one portion', async () => {
      const ended = { status: 'succeeded' as const, endedAt: '2026-03-01T10:05:00.000Z' }
      await Promise.all(Array.from({ length: 250 }, (_, index) => suite.store.record(batch(`run-${index}`, 1, ended))))
      expect(await suite.store.prune(long)).toBe(250)
      expect((await suite.store.list({}, 1, null)).items).toEqual([])
    })

    test('a key answers as before although its run was pruned, until the key itself is old enough', async () => {
      await suite.store.begin(request())
      const ended = { status: 'succeeded' as const, endedAt: '2026-03-01T10:05:00.000Z' }
      await suite.store.record(batch('checkout-1', 2, ended))
      expect(await suite.store.prune(long)).toBe(1)
      expect(await suite.store.begin(request())).toMatchObject({
        outcome: 'replay',
        started: true,
        execution: { id: 'checkout-1', status: 'succeeded', position: 2 },
        input: input('checkout-1'),
      })
      const forgetful = await suite.open({ keyRetention: 0 })
      expect(await forgetful.prune(long)).toBe(0)
      expect((await suite.store.begin(request())).outcome).toBe('new')
    })
  })
}
