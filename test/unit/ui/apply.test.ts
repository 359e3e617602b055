import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import type { StoredEvent } from '../../../pipeline/execution.ts'
import { applyEvents, withRecent } from '../../../ui/live/apply.ts'
import { keys } from '../../../ui/live/keys.ts'

const refresher = { touch: () => {} }

function event(position: number, execution = 'a'): StoredEvent {
  return { position, execution, sequence: position, at: '', kind: 'stage.status', data: {} }
}

function positions(events: StoredEvent[] | undefined): number[] | undefined {
  return events?.map(({ position }) => position)
}

test('what happens while a timeline is read is neither missing nor doubled in it', () => {
  const queryClient = new QueryClient()
  for (const one of [event(3), event(4, 'b'), event(5)]) applyEvents(queryClient, refresher, [one])
  // The answer to a request that was sent before the third event ends with the third.
  const read = withRecent(queryClient, 'a', [event(1), event(2), event(3)])
  expect(positions(read)).toEqual([1, 2, 3, 5])
  queryClient.setQueryData(keys.timeline('a'), read)
  for (const one of [event(5), event(6)]) applyEvents(queryClient, refresher, [one])
  expect(positions(queryClient.getQueryData(keys.timeline('a')))).toEqual([1, 2, 3, 5, 6])
})

test('a timeline nobody has asked for is not begun in the middle', () => {
  const queryClient = new QueryClient()
  applyEvents(queryClient, refresher, [event(3)])
  expect(queryClient.getQueryData(keys.timeline('a'))).toBeUndefined()
})

test('an event makes its execution and the lists stale, a look only the report of the judge', () => {
  const touched: unknown[] = []
  const noting = { touch: (key: unknown) => void touched.push(key) }
  applyEvents(new QueryClient(), noting, [event(1)])
  expect(touched).toEqual([keys.execution('a'), keys.lists, keys.inbox, keys.targets, keys.locks])
  touched.length = 0
  applyEvents(new QueryClient(), noting, [{ ...event(2), kind: 'canary.look' }])
  expect(touched).toEqual([keys.analysis('a')])
})
