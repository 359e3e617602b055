import { describe, expect, test } from 'vitest'
import type { Execution } from '../../pipeline/execution.ts'
import { batch, input, request } from './samples.ts'
import type { Suite } from './suite.ts'
export function beginContract(suite: Suite): void {
  describe('begin', () => {
    test('records a new run as queued, with its stages pending', async () => {
      const begun = await suite.store.begin(request())
      expect(begun).toMatchObject({
        outcome: 'new',
        execution: { id: 'checkout-1', pipeline: 'checkout', application: 'shop', status: 'queued', position: 0 },
      })
      const execution = await suite.store.get('checkout-1')
      expect(execution?.stages.map(stage => [stage.id, stage.type, stage.status])).toEqual([
        ['canary', 'canary', 'pending'],
        ['us', 'deploy', 'pending'],
      ])
      expect(await suite.store.input('checkout-1')).toEqual(input('checkout-1'))
      expect(await suite.store.input('nobody')).toBeNull()
      expect(await suite.store.get('nobody')).toBeNull()
    })

    test('answers the same request as before, and says whether the run was started', async () => {
      const { execution } = (await suite.store.begin(request())) as { execution: Execution }
      expect(await suite.store.begin(request())).toEqual({
        outcome: 'replay',
        execution,
        started: false,
        input: input('checkout-1'),
      })
      await suite.store.started('checkout-1')
      await suite.store.record(batch('checkout-1', 1, { status: 'running' }))
      expect(await suite.store.begin(request())).toMatchObject({
        outcome: 'replay',
        started: true,
        execution: { status: 'running', position: 1 },
      })
    })

    test('refuses a key that was used for another body, and names its run', async () => {
      await suite.store.begin(request())
      const other = { ...request(), bodyHash: 'other', input: input('checkout-2') }
      expect(await suite.store.begin(other)).toEqual({ outcome: 'mismatch', execution: 'checkout-1' })
      expect(await suite.store.get('checkout-2')).toBeNull()
    })

    test('keeps the keys of different principals apart', async () => {
      await suite.store.begin(request())
      const begun = await suite.store.begin({ ...request('checkout-2'), principal: 'other' })
      expect(begun.outcome).toBe('new')
    })

    test('of 1,000 callers with one key makes exactly one new, the others get the same answer', async () => {
      const second = await suite.open()
      const calls = Array.from({ length: 1000 }, (_, index) => (index % 2 ? suite.store : second).begin(request()))
      const begun = await Promise.all(calls)
      expect(begun.filter(one => one.outcome === 'new')).toHaveLength(1)
      expect(begun.filter(one => one.outcome === 'replay')).toHaveLength(999)
      expect(new Set(begun.map(one => JSON.stringify(one.execution))).size).toBe(1)
      expect((await suite.store.list({}, 10, null)).items).toHaveLength(1)
    })

    test('lists what was accepted and not started, oldest first, once it is old enough', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await suite.store.begin(request(id, id))
      await suite.store.started('b')
      await suite.store.record(batch('c', 1, { status: 'running' }))
      expect((await suite.store.unstarted(0, 10)).map(one => one.id)).toEqual(['a', 'd'])
      expect((await suite.store.unstarted(0, 1)).map(one => one.id)).toEqual(['a'])
      expect(await suite.store.unstarted(60_000, 10)).toEqual([])
    })

    test('takes a run whose workflow recorded something before the store knew of it', async () => {
      await suite.store.record(batch('checkout-1', 3, { status: 'running' }))
      expect(await suite.store.input('checkout-1')).toBeNull()
      expect(await suite.store.begin(request())).toMatchObject({ outcome: 'new', execution: { status: 'running' } })
      expect(await suite.store.input('checkout-1')).toEqual(input('checkout-1'))
      expect(await suite.store.unstarted(0, 10)).toEqual([])
    })
  })
}
