import { createContext, use } from 'react'
import type { Client } from '../api/client/client.ts'

export const ClientContext = createContext<Client | null>(null)

/** The typed client of this page's server. Only the features' `queries.ts` and the live feed call it. */
export function useClient(): Client {
  const client = use(ClientContext)
  if (client === null) throw new Error('useClient needs a ClientContext above it')
  return client
}
