import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../client.ts'
import { keys } from '../../live/keys.ts'
import { useMay } from '../session/queries.ts'

/** Health changes without an event. */
const again = 10_000

/** What runs where. */
export function useTargets() {
  const client = useClient()
  return useQuery({
    queryKey: keys.targets,
    queryFn: ({ signal }) => client.listTargets({}, { signal }),
    refetchInterval: again,
  })
}

/** Who holds which service, and who waits. */
export function useLocks() {
  const client = useClient()
  return useQuery({
    queryKey: keys.locks,
    queryFn: ({ signal }) => client.listLocks({}, { signal }),
    refetchInterval: again,
  })
}

/** What the server itself depends on. */
export function useHealth() {
  const client = useClient()
  return useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => client.getHealth({}, { signal }),
    refetchInterval: again,
  })
}

/** How the circuit breakers around metric providers stand. */
export function useBreakers() {
  const client = useClient()
  const may = useMay('server:read')
  return useQuery({
    queryKey: keys.breakers,
    queryFn: ({ signal }) => client.listBreakers({}, { signal }),
    refetchInterval: again,
    enabled: may,
  })
}

/** Freezes that are coming or in force. */
export function useFreezes() {
  const client = useClient()
  return useQuery({
    queryKey: keys.freezes,
    queryFn: ({ signal }) => client.listFreezes({}, { signal }),
    refetchInterval: again,
  })
}

/** Releases that were found bad and are kept out. */
export function useQuarantine() {
  const client = useClient()
  const may = useMay('execution:read')
  return useQuery({
    queryKey: keys.quarantine,
    queryFn: ({ signal }) => client.listQuarantine({}, { signal }),
    refetchInterval: again,
    enabled: may,
  })
}
