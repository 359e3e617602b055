import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { CannotOpen } from './errors.ts'
import { columnsOf } from './sealed-column.ts'
import { checkKeys } from './sealing-keys.ts'

const [one, two] = ['one', 'two'].map(id => ({ id, key: randomBytes(32) })) as [
  { id: string; key: Buffer },
  { id: string; key: Buffer },
]

describe('a column', () => {
  test('gives back what was put into it, and shows only what the database has to read', () => {
    const { put, take } = columnsOf([one])
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
        // Through JSON once: it has no negative zero.
        const stored = JSON.parse(put(value, 'here'))
        expect(Object.keys(stored)).toEqual(['$sealed'])
        expect(JSON.stringify(take(stored, 'here'))).toBe(columnsOf().put(value, 'here'))
      }),
    )
    const stored = put({ id: 'run-1', reason: 'the secret of the shop' }, 'here', { id: 'run-1' })
    expect(stored).toMatch(/^\{"\$sealed":"one:[\w+/=]+","id":"run-1"\}$/)
  })

  test('is opened nowhere else, with no other key, and not without one', () => {
    const stored = JSON.parse(columnsOf([one]).put({ a: 1 }, 'here'))
    expect(() => columnsOf([one]).take(stored, 'there')).toThrow('or was changed')
    expect(() => columnsOf([{ ...two, id: 'one' }]).take(stored, 'here')).toThrow('does not fit the key "one"')
    expect(() => columnsOf([two]).take(stored, 'here')).toThrow('the key "one", which is not configured')
    expect(() => columnsOf().take(stored, 'here')).toThrow('the key "one", and no key is configured')
    expect(columnsOf([two, one]).take(stored, 'here')).toEqual({ a: 1 })
  })

  test('that was filled before there was a key is read as it is', () => {
    expect(columnsOf([one]).take({ a: 1 }, 'here')).toEqual({ a: 1 })
    expect(columnsOf([one]).take(null, 'here')).toBeNull()
  })
})

/** A database that has one key written down, and tells whether something is sealed with it. */
function database(columns = columnsOf([one]), used = true) {
  const asked: string[] = []
  const rows = [{ id: 'one', proof: JSON.parse(columns.put({}, 'key one')) }]
  const query = async (text: string) => {
    asked.push(text.trim().split(' ')[0]!)
    return { rows: text.includes('exists') ? [{ used }] : rows }
  }
  return { asked, client: { query } as unknown as pg.ClientBase }
}

describe('at the start', () => {
  test('a key that is missing is missed as long as something is sealed with it', async () => {
    await expect(checkKeys(database().client, columnsOf([two]))).rejects.toThrow('encrypted with the key "one"')
    await expect(checkKeys(database().client, columnsOf())).rejects.toThrow(CannotOpen)
    const unused = database(columnsOf([one]), false)
    await checkKeys(unused.client, columnsOf([two]))
    expect(unused.asked).toEqual(['select', 'select', 'delete', 'insert'])
  })

  test('another key of the same name is refused', async () => {
    const other = columnsOf([{ ...two, id: 'one' }])
    await expect(checkKeys(database().client, other)).rejects.toThrow('the key "one" is not the one')
    const same = database()
    await checkKeys(same.client, columnsOf([one]))
    expect(same.asked).toEqual(['select'])
  })
})
