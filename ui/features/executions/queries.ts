import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { PipelineSummary } from '../../../api/contract/pipelines.ts'
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

function queryOf({ pipeline, application, status, cursor }: ExecutionFilter) {
  return {
    limit: pageSize,
    ...(pipeline === null ? {} : { pipeline }),
    ...(application === null ? {} : { application }),
    ...(status.length === 0 ? {} : { status: status as ExecutionStatus[] }),
    ...(cursor === null ? {} : { cursor }),
  }
}
