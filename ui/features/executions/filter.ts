import { type ExecutionStatus, executionStatuses } from '../../../pipeline/statuses.ts'
import { paths, withSearch } from '../../router/routes.ts'

/** Which executions are listed; lives in the URL. Null means "any", for `cursor` the newest page. */
export interface ExecutionFilter {
  pipeline: string | null
  application: string | null
  /** Empty means any. As typed into the URL: the server says no to a status it does not know. */
  status: readonly string[]
  cursor: string | null
}

const statuses = Object.keys(executionStatuses) as ExecutionStatus[]

/** The questions operators ask most, as sets of statuses. */
export const views = {
  All: [],
  Active: statuses.filter(status => !executionStatuses[status].final),
  'Needs a person': statuses.filter(status => executionStatuses[status].needsPerson),
  Succeeded: ['succeeded'],
  'Ended badly': statuses.filter(status => executionStatuses[status].final && executionStatuses[status].halts),
} as const satisfies Record<string, readonly ExecutionStatus[]>

export type ViewName = keyof typeof views

export function readFilter(search: URLSearchParams): ExecutionFilter {
  return {
    pipeline: search.get('pipeline'),
    application: search.get('application'),
    status: search.get('status')?.split(',') ?? [],
    cursor: search.get('cursor'),
  }
}

/** The address of a changed filter; begins at the newest page unless a cursor is given. */
export function filterPath(filter: ExecutionFilter, change: Partial<ExecutionFilter>): `/${string}` {
  const { pipeline, application, status, cursor } = { ...filter, cursor: null, ...change }
  return withSearch(paths.executions, { pipeline, application, status: status.join(','), cursor })
}

/** The view that the statuses are; null when somebody put together their own set. */
export function viewOf(filter: ExecutionFilter): ViewName | null {
  const wanted = [...filter.status].sort().join()
  const found = Object.entries(views).find(([, set]) => [...set].sort().join() === wanted)
  return found ? (found[0] as ViewName) : null
}

export function isFiltered(filter: ExecutionFilter): boolean {
  return filter.pipeline !== null || filter.application !== null || filter.status.length > 0
}
