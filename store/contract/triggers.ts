import { describe, expect, test } from 'vitest'
import type { Firing } from '../firings.ts'
import type { Suite } from './suite.ts'

export function triggersContract(suite: Suite): void {
  describe('deliveries', () => {
    const delivery = (id: string, second = 0, source = 'ci') => ({
      ...{ source, id },
      at: `2026-03-01T10:00:0${second}.000Z`,
      answer: { executions: [id] },
      final: true,
    })

    test('the first answer to a delivery stays, however many come at once', async () => {
      expect(await suite.store.deliveries.find('ci', 'a')).toBeNull()
      const other = await suite.open()
      const kept = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? suite.store : other).deliveries.keep({ ...delivery('a'), answer: { index } }),
        ),
      )
      const [first] = kept
      expect(new Set(kept.map(each => JSON.stringify(each.answer))).size).toBe(1)
      expect(await suite.store.deliveries.find('ci', 'a')).toEqual(first)
      expect(await suite.store.deliveries.find('other', 'a')).toBeNull()
    })

    test('an answer that is not final gives way to the next one', async () => {
      await suite.store.deliveries.keep({ ...delivery('a'), answer: 'no', final: false })
      expect(await suite.store.deliveries.find('ci', 'a')).toMatchObject({ answer: 'no', final: false })
      await suite.store.deliveries.keep({ ...delivery('a'), answer: 'yes' })
      await suite.store.deliveries.keep({ ...delivery('a'), answer: 'never', final: false })
      expect(await suite.store.deliveries.find('ci', 'a')).toMatchObject({ answer: 'yes', final: true })
    })

    test('are listed newest first, and forgotten', async () => {
      for (const [index, id] of ['a', 'b', 'c'].entries()) await suite.store.deliveries.keep(delivery(id, index))
      await suite.store.deliveries.keep(delivery('d', 5, 'other'))
      expect((await suite.store.deliveries.list('ci', 2)).map(({ id }) => id)).toEqual(['c', 'b'])
      expect(await suite.store.deliveries.prune('2026-03-01T10:00:02.000Z')).toBe(2)
      expect((await suite.store.deliveries.list('ci', 10)).map(({ id }) => id)).toEqual(['c'])
    })
  })

  describe('firings', () => {
    const firing = (id: string): Firing => ({
      ...{ id, pipeline: 'checkout', parameters: { version: '1', count: 2, on: true } },
      trigger: { type: 'schedule', by: 'schedule', detail: '0 9 * * *' },
    })

    test('wait until they are done, oldest first, each once', async () => {
      await suite.store.firings.put(firing('a'))
      await suite.store.firings.put(firing('b'))
      await suite.store.firings.put(firing('a'))
      expect(await suite.store.firings.due(10)).toEqual([firing('a'), firing('b')])
      await suite.store.firings.done('a')
      await suite.store.firings.put(firing('a'))
      expect((await suite.store.firings.due(10)).map(({ id }) => id)).toEqual(['b'])
    })
  })

  describe('readers', () => {
    test('remember how far they have come, and never go back', async () => {
      expect(await suite.store.readers.position('finished')).toBeNull()
      for (const position of [5, 9, 7]) await suite.store.readers.advance('finished', position)
      expect(await suite.store.readers.position('finished')).toBe(9)
      expect(await suite.store.readers.position('other')).toBeNull()
    })
  })
}
