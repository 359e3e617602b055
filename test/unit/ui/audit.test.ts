import { expect, test } from 'vitest'
import { csvOf, jsonLinesOf } from '../../../ui/features/audit/export-buttons.tsx'
import { fieldOf, filterPath, isFiltered, readFilter, timeOf } from '../../../ui/features/audit/filter.ts'

const record = {
  ...{ sequence: 1, at: '2026-03-01T10:00:00.000Z', actor: '=cmd()', action: 'execution.start' },
  ...{ subject: 'execution:shop-1', outcome: 'allowed' as const, data: { note: 'a "quoted", word' } },
  ...{ previous: '', hash: 'ab12' },
}

test('a filter is its address, and a change begins at the newest page', () => {
  const filter = readFilter(new URLSearchParams('actor=ada&outcome=refused&cursor=x'))
  expect(filter).toMatchObject({ actor: 'ada', action: null, outcome: 'refused', cursor: 'x' })
  expect(filterPath(filter, { action: 'freeze.create' })).toBe('/audit?actor=ada&action=freeze.create&outcome=refused')
  expect(isFiltered(filter)).toBe(true)
  expect(isFiltered(readFilter(new URLSearchParams('cursor=x')))).toBe(false)
})

test('times go from the field to the address and back, whatever the zone', () => {
  const time = timeOf('2026-03-01T10:30')
  expect(time).toMatch(/^2026-0\d-\d\dT\d\d:\d\d:00\.000Z$/)
  expect(fieldOf(time)).toBe('2026-03-01T10:30')
  expect([timeOf(''), fieldOf(null), fieldOf('yesterday')]).toEqual([null, '', ''])
})

test('an export has every record with its hash; no cell becomes a formula', () => {
  expect(JSON.parse(jsonLinesOf([record]))).toEqual(record)
  const [head, line] = csvOf([record]).split('\r\n')
  expect(head).toBe('sequence,at,actor,action,subject,outcome,data,previous,hash')
  expect(line).toBe(
    `1,2026-03-01T10:00:00.000Z,'=cmd(),execution.start,execution:shop-1,allowed,"{""note"":""a \\""quoted\\"", word""}",,ab12`,
  )
})
