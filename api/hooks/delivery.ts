import type { IncomingHttpHeaders } from 'node:http'

/** What was sent to a hook source, byte for byte. */
export interface RawDelivery {
  headers: IncomingHttpHeaders
  body: Buffer
}

/** The text of a header; empty when it is absent or was sent more than once. */
export function headerOf({ headers }: RawDelivery, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
