import { describe, expect, test } from 'vitest'
import { chain, emptyChain } from '../audit-chain.ts'
import type { AuditFilter } from '../store.ts'
import { entry } from './samples.ts'
import type { Suite } from './suite.ts'
export function auditContract(suite: Suite): void {
  describe('audit', () => {
    const fill = async (count: number) => {
      for (let index = 1; index <= count; index += 1) await suite.store.audit(entry({ data: { index } }))
    }

    test('is a chain, newest first in pages', async () => {
      await fill(5)
      const first = await suite.store.auditLog(2, null)
      const second = await suite.store.auditLog(2, first.next)
      const third = await suite.store.auditLog(2, second.next)
      const records = [...first.items, ...second.items, ...third.items]
      expect(records.map(one => one.sequence)).toEqual([5, 4, 3, 2, 1])
      expect(records.map(one => one.previous)).toEqual([...records.slice(1).map(one => one.hash), ''])
      expect(third.next).toBeNull()
      expect(await suite.store.verifyAudit()).toBeNull()
    })

    test('stays one chain when several processes write at once', async () => {
      const second = await suite.open()
      const writes = Array.from({ length: 60 }, (_, index) => (index % 2 ? suite.store : second).audit(entry()))
      const records = await Promise.all(writes)
      expect(records.map(one => one.sequence).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, i) => i + 1),
      )
      expect(await suite.store.verifyAudit()).toBeNull()
    })

    test('an entry with a key is written once, by whoever, however often', async () => {
      const second = await suite.open()
      const writes = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? suite.store : second).audit(entry({ data: { index } }), index % 4 < 2 ? 'run/1' : 'run/2'),
      )
      const sequences = (await Promise.all(writes)).map(({ sequence }) => sequence)
      expect(new Set(sequences).size).toBe(2)
      await suite.store.audit(entry())
      expect((await suite.store.auditLog(10, null)).items).toHaveLength(3)
      expect(await suite.store.verifyAudit()).toBeNull()
    })

    test('is searched by who, what, to what, outcome and time; and read in order', async () => {
      const times = ['2026-03-01T10:00:00.000Z', '2026-03-02T10:00:00.000Z', '2026-03-03T10:00:00.000Z']
      for (const [index, at] of times.entries())
        await suite.store.audit(
          entry({ at, actor: index === 1 ? 'bob' : 'ada', outcome: index === 2 ? 'refused' : 'allowed' }),
        )
      const found = async (filter: AuditFilter) =>
        (await suite.store.auditLog(10, null, filter)).items.map(({ sequence }) => sequence)
      expect(await found({ actor: 'ada' })).toEqual([3, 1])
      expect(await found({ actor: 'ada', outcome: 'allowed' })).toEqual([1])
      expect(await found({ from: times[1]!, to: times[2]! })).toEqual([2])
      expect(await found({ action: 'execution.rollback', subject: 'execution:checkout-1' })).toEqual([3, 2, 1])
      expect(await found({ subject: 'nothing' })).toEqual([])
      const page = await suite.store.auditLog(1, null, { actor: 'ada' })
      expect((await suite.store.auditLog(1, page.next, { actor: 'ada' })).items[0]?.sequence).toBe(1)
      expect((await suite.store.auditAfter(1, 10)).map(({ sequence }) => sequence)).toEqual([2, 3])
    })

    test('verifies what it wrote: numbers, odd text, any key order', async () => {
      await suite.store.audit(entry({ actor: 'a\0b', data: { z: 1e300, a: [-0.1, 1e-7, null], '\ud800': '\udfff' } }))
      expect(await suite.store.verifyAudit()).toBeNull()
    })

    test('an empty log verifies, and a long one too', async () => {
      expect(await suite.store.verifyAudit()).toBeNull()
      await suite.sql(
        `insert into audit select n, '', '', '', '', 'allowed', '{}', '', '' from generate_series(1, 2500) n`,
      )
      await suite.sql('update audit_head set sequence = 2500')
      expect(await suite.store.verifyAudit()).toBe(1)
    })

    test('notices a log that was written anew, with hashes that fit', async () => {
      await fill(3)
      const forged = chain(emptyChain, entry({ actor: 'mallory' }))
      const { items } = await suite.store.auditLog(2, null)
      let last = forged
      for (const record of [forged, ...items.reverse().map(item => (last = chain(last, item)))]) {
        const { sequence, actor, previous, hash } = record
        const values = `actor = '${actor}', previous = '${previous}', hash = '${hash}'`
        await suite.sql(`update audit set ${values} where sequence = ${sequence}`)
      }
      await suite.sql(`update audit set data = '{}' where sequence = 1`)
      expect(await suite.store.verifyAudit()).toBe(3)
    })

    test.each([
      ['a changed field', `update audit set actor = 'mallory' where sequence = 3`, 3],
      ['a changed number', `update audit set data = '{"index": 4.5}' where sequence = 4`, 4],
      ['a changed hash', `update audit set hash = repeat('0', 64) where sequence = 2`, 2],
      ['a record removed from the middle', 'delete from audit where sequence = 3', 3],
      ['the first record removed', 'delete from audit where sequence = 1', 1],
      ['the last record removed', 'delete from audit where sequence = 6', 6],
      ['all records removed', 'delete from audit', 1],
      [
        'a record added by hand',
        `insert into audit select 7, at, actor, action, subject, outcome, data, previous, hash
         from audit where sequence = 6`,
        7,
      ],
      ['the head removed', 'delete from audit_head', 1],
      [
        'two records that changed places',
        `update audit set sequence = -2 where sequence = 2; update audit set sequence = 2 where sequence = 5;
         update audit set sequence = 5 where sequence = -2`,
        2,
      ],
    ])('notices %s, and says where', async (_, tampering, sequence) => {
      await fill(6)
      await suite.sql(tampering)
      expect(await suite.store.verifyAudit()).toBe(sequence)
    })
  })
}
