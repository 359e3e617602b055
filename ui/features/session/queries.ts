import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../../../api/client/errors.ts'
import type { Right } from '../../../api/contract/permissions.ts'
import type { Session } from '../../../api/contract/server.ts'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'

/** Who is signed in; null when nobody is. */
export function useSession() {
  const client = useClient()
  return useQuery<Session | null>({
    queryKey: keys.session,
    queryFn: ({ signal }) => client.getSession({}, { signal }).catch(nobody),
  })
}

export function useMay(right: Right): boolean {
  return useSession().data?.rights.includes(right) ?? false
}

/** Changes the one-time code of a login link into a session of this browser. */
export function useSignIn() {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (code: string) => client.openSession({ body: { code } }),
    onSuccess: session => queryClient.setQueryData(keys.session, session),
  })
}

/** Ends the session and forgets everything that was read with it. */
export function useSignOut() {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => client.closeSession().catch(nobody),
    onSuccess: () => {
      queryClient.setQueryData(keys.session, null)
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] })
    },
  })
}

function nobody(error: unknown): null {
  if (error instanceof ApiProblem && error.kind === 'unauthenticated') return null
  throw error
}
