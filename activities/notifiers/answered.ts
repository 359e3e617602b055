import { Refused, Unavailable } from '../failures.ts'
import type { Answer } from '../http/client.ts'

/** Throws unless it was taken; 429 and 5xx are worth another try. */
export function taken(name: string, { status }: Answer): void {
  if (status >= 200 && status < 300) return
  if (status === 429 || status >= 500) throw new Unavailable(`connection ${name} answered ${status}`)
  throw new Refused(`connection ${name} refused the message with ${status}; check its address and its credentials`)
}
