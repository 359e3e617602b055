import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRefresher } from '../../../ui/live/refresher.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a burst of events costs two fetches, and the last one is after the last event', async () => {
  let state = 0
  const fetches: number[] = []
  const queryClient = new QueryClient()
  const observer = new QueryObserver(queryClient, {
    queryKey: ['execution', 'a'],
    queryFn: () => {
      fetches.push(state)
      return state
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  const stop = observer.subscribe(() => {})
  await vi.advanceTimersByTimeAsync(0)
  fetches.length = 0

  const refresher = createRefresher(queryClient)
  for (state = 1; state <= 500; state += 1) refresher.touch(['execution', 'a'])
  state = 500
  await vi.advanceTimersByTimeAsync(2_000)
  stop()
  expect(fetches.length).toBe(2)
  expect(fetches.at(-1)).toBe(500)
  expect(observer.getCurrentResult().data).toBe(500)
})
