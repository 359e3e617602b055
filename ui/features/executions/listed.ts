import type { ExecutionPage } from '../../../api/contract/execution.ts'
import type { Execution, StoredEvent } from '../../../pipeline/execution.ts'

/** The executions that are listed so far, newest first, and where older ones begin. */
export type Listed = ExecutionPage

/**
 * What is listed with its newest page read again. Rows below that page stay, so that a change costs one page and not as
 * many as somebody has scrolled through; when the new page does not reach them, they are let go.
 */
export function withTop(known: Listed | undefined, top: ExecutionPage): Listed {
  const last = top.items.at(-1)
  if (known === undefined || top.next === null || last === undefined) return top
  const reached = known.items.findIndex(({ id }) => id === last.id)
  if (reached === -1 || reached === known.items.length - 1) return top
  return { items: [...top.items, ...known.items.slice(reached + 1)], next: known.next }
}

/** What is listed with the next older page below it; nothing twice. */
export function withOlder(known: Listed, older: ExecutionPage): Listed {
  const ids = new Set(known.items.map(({ id }) => id))
  return { items: [...known.items, ...older.items.filter(({ id }) => !ids.has(id))], next: older.next }
}

/** What is listed with some rows as they are now; one that the filter no longer wants goes. */
export function withChanged(known: Listed, changed: readonly Execution[], status: readonly string[]): Listed {
  const byId = new Map(changed.map(execution => [execution.id, execution]))
  const items = known.items.map(execution => byId.get(execution.id) ?? execution)
  return { ...known, items: status.length === 0 ? items : items.filter(one => status.includes(one.status)) }
}

/** Ids of rows that something has happened to since they were read. */
export function outdated(items: readonly Execution[], recent: readonly StoredEvent[]): string[] {
  const newest = new Map(recent.filter(({ kind }) => kind !== 'canary.look').map(one => [one.execution, one.position]))
  return items.filter(({ id, position }) => (newest.get(id) ?? 0) > position).map(({ id }) => id)
}
