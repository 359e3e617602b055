import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Client } from '../../../api/client/client.ts'
import type { AnalysisReport } from '../../../api/contract/analysis.ts'
import type { Execution, StoredEvent } from '../../../pipeline/execution.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { useClient } from '../../client.ts'
import { withRecent } from '../../live/apply.ts'
import { keys } from '../../live/keys.ts'
import { keptLooks, mergeAnalysis } from './canary/merge-analysis.ts'

export function useExecution(id: string) {
  const client = useClient()
  return useQuery({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) => client.getExecution({ id }, { signal }),
  })
}

/** What the canaries of a run saw; a new look only fetches the newest ones. */
export function useAnalysis(id: string) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useQuery({
    queryKey: keys.analysis(id),
    queryFn: async ({ signal }) => {
      const known = queryClient.getQueryData<AnalysisReport>(keys.analysis(id))
      const newest = known && mergeAnalysis(known, await client.getAnalysis({ id, looks: newLooks }, { signal }))
      return newest ?? client.getAnalysis({ id, looks: keptLooks }, { signal })
    },
  })
}

/** More than come between two fetches while all goes well. */
const newLooks = 10

/** Everything that has happened in a run up to `position`; later events are added as they come. */
export function useTimeline(id: string, position: number) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useQuery({
    queryKey: keys.timeline(id),
    queryFn: async ({ signal }) => withRecent(queryClient, id, await readTimeline(client, id, position, signal)),
  })
}

/** The definition an execution is pinned to; null while it is not known. Everything but steering works without. */
export function useDefinition(id: string): Pipeline | null {
  const { data } = usePinned(id)
  // The contract sends the definition as JSON; it is the one the engine parsed.
  return (data?.definition as unknown as Pipeline | undefined) ?? null
}

/** What an execution was started with, which never changes, and how that compares to what is in force. */
export function usePinned(id: string | null) {
  const client = useClient()
  return useQuery({
    queryKey: keys.definition(id ?? ''),
    queryFn: ({ signal }) => client.getExecutionDefinition({ id: id ?? '' }, { signal }),
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** The run of the same pipeline before this one; null when there is none among the newest. */
export function usePrevious({ id, pipeline, createdAt }: Execution) {
  const client = useClient()
  return useQuery({
    queryKey: ['previous', id],
    queryFn: async ({ signal }) => {
      const { items } = await client.listExecutions({ pipeline, limit: 200 }, { signal })
      return items.find(other => other.id !== id && other.createdAt < createdAt) ?? null
    },
  })
}

/** The event stream from the beginning, closed as soon as it has caught up. */
async function readTimeline(client: Client, execution: string, position: number, signal: AbortSignal) {
  const enough = new AbortController()
  const events: StoredEvent[] = []
  if (position === 0) return events
  try {
    for await (const item of client.events({ execution, after: 0, signal: AbortSignal.any([signal, enough.signal]) })) {
      if (item.type === 'lost') throw item.error
      if (item.type === 'event') events.push(item.event)
      if (item.type === 'event' && item.event.position >= position) break
    }
  } finally {
    enough.abort()
  }
  return events
}
