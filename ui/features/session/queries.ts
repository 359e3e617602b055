import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Client } from '../../../api/client/client.ts'
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

/** How people can sign in here. */
export function useLoginMethods() {
  const client = useClient()
  return useQuery({
    queryKey: ['login-methods'],
    queryFn: ({ signal }) => client.getLoginMethods({}, { signal }),
  })
}

type Credentials = Parameters<Client['openSession']>[0]['body']

/** Opens a session of this browser, for the one-time code of a login link or for name and password. */
export function useSignIn() {
  const client = useClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: Credentials) => client.openSession({ body }),
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
