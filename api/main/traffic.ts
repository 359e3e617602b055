import { hostClient } from '../../activities/targets/process/host/client.ts'
import type { Services } from '../services.ts'

/** What the router of the process host counts; the host of `data` may still be away. */
export function openTraffic(data: string): Services['traffic'] {
  return hostClient(data).counts
}
