import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ParameterValue } from '../../../pipeline/execution.ts'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'

/** Files change without an event: what is shown is asked for again when somebody comes back to it. */
const fresh = { staleTime: 5_000, refetchOnWindowFocus: true } as const

export function useAllPipelines() {
  const client = useClient()
  return useQuery({
    queryKey: keys.pipelines,
    queryFn: ({ signal }) => client.listPipelines({}, { signal }),
    ...fresh,
  })
}

export function usePipeline(name: string, { enabled }: { enabled: boolean } = { enabled: true }) {
  const client = useClient()
  return useQuery({
    queryKey: keys.pipeline(name),
    queryFn: ({ signal }) => client.getPipeline({ name }, { signal }),
    enabled,
    ...fresh,
  })
}

/** What the server says to a text that somebody is trying out. */
export function useValidation(text: string | null) {
  const client = useClient()
  return useQuery({
    queryKey: keys.validation(text ?? ''),
    queryFn: ({ signal }) => client.validatePipeline({ body: { text: text ?? '' } }, { signal }),
    enabled: text !== null,
    gcTime: 0,
  })
}

/** Starts a run; the same form sent twice starts one. */
export function useStart(name: string) {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ parameters, key }: { parameters: Record<string, ParameterValue>; key: string }) =>
      client.startExecution({ name, body: { parameters }, idempotencyKey: key }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.lists }),
  })
}

/** Its runs, as far as their versions are looked at, newest first. */
export function useRuns(pipeline: string) {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.lists, 'versions', pipeline],
    queryFn: ({ signal }) => client.listExecutions({ pipeline, limit: 200 }, { signal }),
  })
}

/** The newest runs of a pipeline. */
export function useNewestRuns(pipeline: string) {
  const client = useClient()
  const filter = { pipeline, application: null, status: [], cursor: null }
  return useQuery({
    queryKey: [...keys.lists, 'newest', filter],
    queryFn: ({ signal }) => client.listExecutions({ pipeline, limit: 5 }, { signal }),
  })
}
