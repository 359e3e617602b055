import { freePort } from '../activities/processes/ports.ts'

/** Below all that anything here looks for by itself. */
const apart = { lowest: 10_000, highest: 19_999 }

/** A free port for a server that ends and comes back to it: nobody else takes it meanwhile. */
export function keptPort(): Promise<number> {
  return freePort(new Set(), apart)
}
