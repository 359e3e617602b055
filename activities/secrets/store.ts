/** A place that keeps secrets, each a few values by name. */
export interface SecretStore {
  /** Null when there is no such secret. Throws when that cannot be told. */
  read(path: string): Promise<Readonly<Record<string, string>> | null>
}

/**
 * Asks for a secret again after `fresh` milliseconds, so that a new value is used soon, and once however many need it at the
 * same time. While the store does not answer, what it said last is believed for `stale` milliseconds.
 */
export function believing(
  store: SecretStore,
  { fresh, stale, now }: { fresh: number; stale: number; now(): number },
): SecretStore {
  const known = new Map<string, { at: number; values: Readonly<Record<string, string>> | null }>()
  const asking = new Map<string, ReturnType<SecretStore['read']>>()

  async function ask(path: string) {
    try {
      const values = await store.read(path)
      known.set(path, { at: now(), values })
      return values
    } catch (error) {
      const last = known.get(path)
      if (isRefusal(error) || last === undefined || !(now() - last.at < stale)) throw error
      return last.values
    } finally {
      asking.delete(path)
    }
  }

  return {
    async read(path) {
      const last = known.get(path)
      if (last !== undefined && now() - last.at < fresh) return last.values
      const running = asking.get(path) ?? ask(path)
      asking.set(path, running)
      return running
    },
  }
}

/** It did answer: we are not let in any more. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind !== 'Unavailable'
}
