import { describe, expect, test } from 'vitest'
import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import { auditCursor } from '../cursor.ts'
import { InvalidCursor } from '../errors.ts'
import type { Store } from '../store.ts'
import { at, batch, event } from './samples.ts'
import type { Suite } from './suite.ts'
export function listsContract(suite: Suite): void {
  describe('events', () => {
    test('are read in order after a position, of all runs or of one', async () => {
      await suite.store.record(batch('a', 2))
      await suite.store.record(batch('b', 2))
      await suite.store.record({ ...batch('a', 3), events: [event('a', 3)] })
      const read = async (after: number, limit: number, execution?: string) =>
        (await suite.store.events(after, limit, execution)).map(
          one => `${one.position} ${one.execution} ${one.sequence}`,
        )
      expect(await read(0, 10)).toEqual(['1 a 1', '2 a 2', '3 b 1', '4 b 2', '5 a 3'])
      expect(await read(3, 1)).toEqual(['4 b 2'])
      expect(await read(1, 10, 'a')).toEqual(['2 a 2', '5 a 3'])
      expect(await read(5, 10)).toEqual([])
    })
  })
  describe('list', () => {
    test('is newest first, in pages without doubles or gaps, even while new runs begin', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
      for (const [index, id] of ids.entries()) await suite.store.record(at(batch(id, 1), Math.floor(index / 3)))
      const first = await suite.store.list({}, 3, null)
      await suite.store.record(at(batch('new', 1), 9))
      const second = await suite.store.list({}, 3, first.next)
      const third = await suite.store.list({}, 3, second.next)
      const pages = [first, second, third].map(page => page.items.map(one => one.id).join(''))
      expect(pages).toEqual(['gfe', 'dcb', 'a'])
      expect(third.next).toBeNull()
    })

    test('the last page says so, also when it is full', async () => {
      for (const id of ['a', 'b']) await suite.store.record(batch(id, 1))
      expect((await suite.store.list({}, 2, null)).next).toBeNull()
      expect((await suite.store.list({}, 1, null)).next).not.toBeNull()
    })

    test('is filtered by pipeline, application, status and what may be seen', async () => {
      const run = (id: string, application: string, pipeline: string, status: ExecutionStatus) =>
        suite.store.record(batch(id, 1, { application, pipeline, status }))
      await run('a', 'shop', 'checkout', 'running')
      await run('b', 'shop', 'search', 'failed')
      await run('c', 'bank', 'checkout', 'waiting')
      const ids = async (filter: Parameters<Store['list']>[0]) =>
        (await suite.store.list(filter, 10, null)).items.map(one => one.id).sort()
      expect(await ids({ pipeline: 'checkout' })).toEqual(['a', 'c'])
      expect(await ids({ application: 'shop' })).toEqual(['a', 'b'])
      expect(await ids({ status: ['running', 'waiting'] })).toEqual(['a', 'c'])
      expect(await ids({ visible: ['bank'] })).toEqual(['c'])
      expect(await ids({ visible: ['bank'], application: 'shop' })).toEqual([])
      expect(await ids({ visible: [] })).toEqual([])
      expect(await ids({ status: [] })).toEqual([])
      expect(await ids({ pipeline: "x' or '1'='1" })).toEqual([])
      expect(await ids({ application: 'shop', pipeline: 'search', status: ['failed'], visible: ['shop'] })).toEqual([
        'b',
      ])
    })

    test('refuses cursors that it did not hand out, and pages of no or any size', async () => {
      for (const cursor of ['garbage', '', auditCursor(1), 'A'.repeat(10_000)]) {
        await expect(suite.store.list({}, 10, cursor)).rejects.toThrow(InvalidCursor)
        if (cursor !== auditCursor(1)) await expect(suite.store.auditLog(10, cursor)).rejects.toThrow(InvalidCursor)
      }
      for (const limit of [0, -1, 501, 1.5, Number.NaN]) {
        await expect(suite.store.list({}, limit, null)).rejects.toThrow(RangeError)
        await expect(suite.store.events(0, limit)).rejects.toThrow(RangeError)
        await expect(suite.store.auditLog(limit, null)).rejects.toThrow(RangeError)
        await expect(suite.store.unstarted(0, limit)).rejects.toThrow(RangeError)
      }
    })
  })
}
