import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiProblem, ServerUnreachable } from '../../api/client/errors.ts'
import { keys } from './keys.ts'

/** A cache that events keep fresh: nothing is stale by age, and nothing is asked for on a timer. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (isSignedOut(error)) queryClient.setQueryData(keys.session, null)
  }
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        // Loopback works without a network; only the server itself can say that it is not there.
        networkMode: 'always',
        retry: (failures, error) => failures < attempts(error),
        retryDelay: failures => Math.min(500 * 2 ** failures, 5_000),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
  queryClient.setQueryDefaults(keys.recent, { gcTime: Number.POSITIVE_INFINITY })
  return queryClient
}

/** A refusal is an answer. A server that is not there may be on its way back. */
function attempts(error: unknown): number {
  if (error instanceof ServerUnreachable) return 5
  return error instanceof ApiProblem && error.problem.status >= 500 ? 2 : 0
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.kind === 'unauthenticated'
}
