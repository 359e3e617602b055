import { describe, expect, test } from 'vitest'
import type { StoredEvent } from '../../../pipeline/execution.ts'
import { outdated, withChanged, withOlder, withTop } from '../../../ui/features/executions/listed.ts'
import { isLong, usualTimes } from '../../../ui/features/executions/usual.ts'
import { anExecution } from '../../fakes/api.ts'

const run = (id: string, position = 0) => anExecution({ id, position })
const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id).join(' ')

describe('the list as it is read again', () => {
  const known = { items: ['e', 'd', 'c', 'b', 'a'].map(id => run(id)), next: 'older' }

  test('begins with the newest page and keeps what is below it', () => {
    const listed = withTop(known, { items: [run('f'), run('e'), run('d')], next: 'after d' })
    expect(idsOf(listed)).toBe('f e d c b a')
    expect(listed.next).toBe('older')
  })

  test('lets go of what the newest page does not reach any more: a gap would be a lie', () => {
    const listed = withTop(known, { items: [run('z'), run('y')], next: 'after y' })
    expect(idsOf(listed)).toBe('z y')
    expect(listed.next).toBe('after y')
  })

  test('is the newest page alone when there is no more', () => {
    expect(idsOf(withTop(known, { items: [run('e')], next: null }))).toBe('e')
    expect(idsOf(withTop(undefined, known))).toBe('e d c b a')
  })

  test('has nothing twice when an older page overlaps', () => {
    expect(idsOf(withOlder(known, { items: [run('a'), run('0')], next: null }))).toBe('e d c b a 0')
  })

  test('finds rows that changed since, but not those that only had a look', () => {
    const event = (execution: string, position: number, kind: StoredEvent['kind'] = 'stage.status') =>
      ({ execution, position, kind, sequence: 1, at: '', data: {} }) satisfies StoredEvent
    const rows = [run('a', 10), run('b', 20), run('c', 5)]
    expect(outdated(rows, [event('a', 11), event('b', 20), event('c', 6, 'canary.look')])).toEqual(['a'])
  })

  test('loses a row that the filter no longer wants', () => {
    const changed = [{ ...run('d'), status: 'succeeded' as const }]
    expect(idsOf(withChanged(known, changed, ['running']))).toBe('e c b a')
    expect(withChanged(known, changed, []).items[1]!.status).toBe('succeeded')
  })
})

describe('what a run usually takes', () => {
  const ended = (seconds: number, status: 'succeeded' | 'failed' = 'succeeded') =>
    anExecution({ status, endedAt: new Date(Date.parse('2026-01-01') + seconds * 1_000).toISOString() })

  test('is the median of those that succeeded', () => {
    expect(usualTimes([ended(10), ended(20), ended(90), ended(1, 'failed')]).get('shop')).toBe(20_000)
    expect(usualTimes([ended(10), ended(20)]).has('shop')).toBe(false)
  })

  test('is worth a word when one takes much longer', () => {
    expect(isLong(31_000, 20_000)).toBe(true)
    expect(isLong(30_000, 20_000)).toBe(false)
  })
})
