import { paths, withSearch } from '../../router/routes.ts'

/** Which records are shown; lives in the URL. Null means "any", for `cursor` the newest page. */
export interface AuditFilter {
  actor: string | null
  action: string | null
  subject: string | null
  /** As typed into the URL: the server says no to what it does not know. */
  outcome: string | null
  /** Times as ISO 8601, in UTC. */
  from: string | null
  to: string | null
  cursor: string | null
}

const parts = ['actor', 'action', 'subject', 'outcome', 'from', 'to', 'cursor'] as const satisfies (keyof AuditFilter)[]

export function readFilter(search: URLSearchParams): AuditFilter {
  return Object.fromEntries(parts.map(part => [part, search.get(part)])) as unknown as AuditFilter
}

/** The address of a changed filter; begins at the newest page unless a cursor is given. */
export function filterPath(filter: AuditFilter, change: Partial<AuditFilter>): `/${string}` {
  return withSearch(paths.audit, { ...filter, cursor: null, ...change })
}

export function isFiltered(filter: AuditFilter): boolean {
  return parts.some(part => part !== 'cursor' && filter[part] !== null)
}

/** What a field for date and time shows (local, without a zone) for a time in the URL; empty for what is none. */
export function fieldOf(time: string | null): string {
  const at = new Date(time ?? Number.NaN)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** The time that such a field names; null when it is empty. */
export function timeOf(field: string): string | null {
  const at = new Date(field)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}
