import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import type { Client } from '../../../api/client/client.ts'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'
import type { AuditFilter } from './filter.ts'

type Page = Awaited<ReturnType<Client['searchAudit']>>
export type AuditRecord = Page['items'][number]

/** Records, newest first. They come without an event: read again when somebody comes back to them. */
export function useAudit(filter: AuditFilter) {
  const client = useClient()
  return useQuery({
    queryKey: keys.audit(filter),
    queryFn: ({ signal }) => client.searchAudit(queryOf(filter), { signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchOnWindowFocus: true,
  })
}

/** Lets the server check the whole chain. */
export function useVerification() {
  const client = useClient()
  return useMutation({ mutationFn: () => client.verifyAudit() })
}

/** Reads all records, in order, as they were hashed. */
export function useReadAll(): () => Promise<AuditRecord[]> {
  const client = useClient()
  return async () => {
    const all: AuditRecord[] = []
    for (let after = 0; ; after = all.at(-1)!.sequence) {
      const { items } = await client.exportAudit({ after })
      if (items.length === 0) return all
      all.push(...items)
    }
  }
}

function queryOf(filter: AuditFilter) {
  const given = Object.entries(filter).filter(([, value]) => value !== null)
  return Object.fromEntries(given) as Parameters<Client['searchAudit']>[0]
}
