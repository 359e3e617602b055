import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ExecutionStatus } from '../../../pipeline/statuses.ts'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'
import type { ExecutionFilter } from './filter.ts'

const pageSize = 50

/** One page of executions, newest first. The page before stays visible while the next one comes. */
export function useExecutions(filter: ExecutionFilter) {
  const client = useClient()
  return useQuery({
    queryKey: keys.list(filter),
    queryFn: ({ signal }) => client.listExecutions(queryOf(filter), { signal }),
    placeholderData: keepPreviousData,
  })
}

/** Names to choose from; empty when they cannot be had: the list works without. */
export function usePipelineNames(): string[] {
  const client = useClient()
  const { data } = useQuery({
    queryKey: keys.pipelines,
    queryFn: ({ signal }) => client.listPipelines({}, { signal }),
    staleTime: 60_000,
  })
  return data?.items.map(({ name }) => name).sort() ?? []
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
