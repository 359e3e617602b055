import { useQuery } from '@tanstack/react-query'
import type { PipelineSummary } from '../../../api/contract/pipelines.ts'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'
import { useMay } from '../session/queries.ts'

/** All that waits for a person, the longest waiting first. */
export function useInbox() {
  const client = useClient()
  const may = useMay('execution:read')
  return useQuery({
    queryKey: keys.inbox,
    queryFn: ({ signal }) => client.getInbox({}, { signal }),
    enabled: may,
  })
}

/** Pipelines that somebody has to mend: not valid, or with a newer version that is not. */
export function useBroken() {
  const client = useClient()
  const may = useMay('pipeline:read')
  return useQuery({
    queryKey: keys.pipelines,
    queryFn: ({ signal }) => client.listPipelines({}, { signal }),
    staleTime: 60_000,
    // A push to a repository is no event of a run.
    refetchInterval: 60_000,
    enabled: may,
    select: ({ items }) => items.filter(isBroken),
  })
}

/** How much waits for a person. */
export function useWaiting(): number {
  return (useInbox().data?.items.length ?? 0) + (useBroken().data?.length ?? 0)
}

function isBroken({ valid, refused }: PipelineSummary): boolean {
  return !valid || (refused ?? null) !== null
}
