import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Client } from '../../../api/client/client.ts'
import type { PipelineSummary } from '../../../api/contract/pipelines.ts'
import type { StoredEvent } from '../../../pipeline/execution.ts'
import type { ExecutionStatus } from '../../../pipeline/statuses.ts'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'
import type { ExecutionFilter } from './filter.ts'
import { type Listed, outdated, withChanged, withOlder, withTop } from './listed.ts'

/** Rows that are read at once. */
const pageSize = 50

/** Executions, newest first. What was shown before stays visible while another filter is read. */
export function useExecutions(filter: ExecutionFilter) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useQuery({
    queryKey: keys.list(filter),
    queryFn: async ({ signal }) => {
      const top = await client.listExecutions(queryOf(filter), { signal })
      const listed = withTop(queryClient.getQueryData<Listed>(keys.list(filter)), top)
      const recent = queryClient.getQueryData<StoredEvent[]>(keys.recent) ?? []
      const changed = await readAll(client, outdated(listed.items.slice(top.items.length), recent), signal)
      return withChanged(listed, changed, filter.status)
    },
    placeholderData: keepPreviousData,
  })
}

/** Reads the next older page below what is listed. */
export function useOlder(filter: ExecutionFilter) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (next: string) => client.listExecutions(queryOf({ ...filter, cursor: next })),
    onSuccess: page =>
      queryClient.setQueryData<Listed>(keys.list(filter), known =>
        known === undefined ? page : withOlder(known, page),
      ),
  })
}

/** Pipelines that can run, by name; empty when they cannot be had: the list works without. */
export function usePipelines(): PipelineSummary[] {
  const client = useClient()
  const { data } = useQuery({
    queryKey: keys.pipelines,
    queryFn: ({ signal }) => client.listPipelines({}, { signal }),
    staleTime: 60_000,
    select: byName,
  })
  return data ?? []
}

function byName({ items }: { items: PipelineSummary[] }): PipelineSummary[] {
  return items.filter(({ valid }) => valid).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Rows further down that changed: few at a time, else the list is read anew sooner or later. */
function readAll(client: Client, ids: readonly string[], signal: AbortSignal) {
  return Promise.all(ids.slice(0, 20).map(id => client.getExecution({ id }, { signal })))
}

function queryOf({ pipeline, application, status, cursor }: ExecutionFilter) {
  return {
    limit: pageSize,
    ...(pipeline === null ? {} : { pipeline }),
    ...(application === null ? {} : { application }),
    ...(status.length === 0 ? {} : { status: status as ExecutionStatus[] }),
    ...(cursor === null ? {} : { cursor }),
  }
}
