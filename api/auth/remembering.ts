import { StoreUnavailable } from '../../store/errors.ts'

export interface Remembering<T> {
  get(key: string): Promise<T | null>
  forget(key: string): void
}

export interface Memory {
  /** Milliseconds that an answer is used without asking again: how long another server may take to notice a change. */
  fresh: number
  /** Milliseconds that it is believed while the store cannot be asked: rolling back must not need the store. */
  stale: number
  now(): number
}

const most = 10_000

/** Asks once for what is asked often. That there is no such thing is not remembered: made-up keys fill nothing. */
export function remembering<T>(ask: (key: string) => Promise<T | null>, { fresh, stale, now }: Memory): Remembering<T> {
  const known = new Map<string, { value: T; at: number }>()
  return {
    async get(key) {
      const earlier = known.get(key)
      if (earlier !== undefined && now() - earlier.at < fresh) return earlier.value
      try {
        const value = await ask(key)
        known.delete(key)
        if (value !== null) {
          if (known.size >= most) known.delete(known.keys().next().value!)
          known.set(key, { value, at: now() })
        }
        return value
      } catch (error) {
        if (error instanceof StoreUnavailable && earlier !== undefined && now() - earlier.at < stale)
          return earlier.value
        throw error
      }
    },
    forget: key => void known.delete(key),
  }
}
