export type Challenge =
  | { scheme: 'basic' }
  /** Where a token is had, and what it is to be asked for. */
  | { scheme: 'bearer'; realm: string; query: Record<string, string> }

/** What a registry asks for before it answers; null when it is nothing we can give. */
export function challengeOf(header: string): Challenge | null {
  if (/^basic\b/i.test(header)) return { scheme: 'basic' }
  if (!/^bearer\b/i.test(header)) return null
  const pairs = [...header.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, key, value]) => [key!.toLowerCase(), value!])
  const { realm, service, scope } = Object.fromEntries(pairs) as Record<string, string | undefined>
  if (realm === undefined || !URL.canParse(realm)) return null
  return { scheme: 'bearer', realm, query: { ...(service ? { service } : {}), ...(scope ? { scope } : {}) } }
}
