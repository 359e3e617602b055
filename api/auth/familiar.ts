/** Credentials that were good a moment ago: they are let through when strangers from the same address are not. */
export interface Familiar {
  has(credential: string): boolean
  add(credential: string): void
}

const most = 10_000

/** `memory`: milliseconds. Keeps fingerprints, not credentials. */
export function createFamiliar(
  fingerprint: (credential: string) => string,
  memory: number,
  now: () => number,
): Familiar {
  const seen = new Map<string, number>()
  return {
    has: credential => now() - (seen.get(fingerprint(credential)) ?? Number.NEGATIVE_INFINITY) < memory,
    add(credential) {
      const key = fingerprint(credential)
      seen.delete(key)
      if (seen.size >= most) seen.delete(seen.keys().next().value!)
      seen.set(key, now())
    },
  }
}
