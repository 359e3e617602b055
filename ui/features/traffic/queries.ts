import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'

/** Milliseconds between two readings, while somebody looks. */
const every = 2_000

/** The live traffic of a service over the last ten seconds. */
export function useTraffic(target: string, service: string) {
  const client = useClient()
  return useQuery({
    queryKey: keys.traffic(target, service),
    queryFn: ({ signal }) => client.getTraffic({ target, service }, { signal }),
    refetchInterval: every,
    gcTime: 30_000,
  })
}
