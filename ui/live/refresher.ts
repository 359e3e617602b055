import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query'

export interface Refresher {
  /** What is kept under this key (and below it) is out of date. */
  touch(key: QueryKey): void
}

/** Shortest time between two fetches of the same thing: a burst of events costs a few requests, not one each. */
const spacing = 300

/** Fetches again what events have made stale: at once, then at most once per `spacing`, and once more after the last. */
export function createRefresher(queryClient: QueryClient): Refresher {
  const busy = new Map<string, { again: boolean }>()

  async function refresh(key: QueryKey, state: { again: boolean }): Promise<void> {
    while (state.again) {
      state.again = false
      await queryClient.invalidateQueries({ queryKey: key })
      await new Promise(resolve => setTimeout(resolve, spacing))
    }
    busy.delete(hashKey(key))
  }

  return {
    touch(key) {
      const running = busy.get(hashKey(key))
      if (running !== undefined) {
        running.again = true
        return
      }
      const state = { again: true }
      busy.set(hashKey(key), state)
      void refresh(key, state)
    },
  }
}
