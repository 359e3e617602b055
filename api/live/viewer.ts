import type { Principal } from '../auth/principal.ts'
import type { Resources } from '../auth/resources.ts'

/** Who reads a stream of events: what they see is asked again and again, as long as the stream is open. */
export interface Viewer {
  sees(execution: string): Promise<boolean>
  /** Looks again at who the caller is; false when they may see nothing here any more. */
  renew(): Promise<boolean>
}

/** `execution` is the one run that the stream is about, if it is about one. */
export function createViewer(
  first: Principal,
  identify: () => Promise<Principal | null>,
  { resources, execution }: { resources: Resources; execution: string | undefined },
): Viewer {
  let principal = first

  async function sees(id: string): Promise<boolean> {
    const { access } = principal
    if (access.canEverywhere('execution:read')) return true
    const place = await resources.execution(id)
    return place !== null && access.can('execution:read', place)
  }

  return {
    sees,
    async renew() {
      const now = await identify().catch(() => null)
      if (now === null || !now.access.canSomewhere('execution:read')) return false
      principal = now
      return execution === undefined || sees(execution)
    },
  }
}
