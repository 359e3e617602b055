import type { Connection, ConnectionOf } from '../../pipeline/schema/configuration/connections.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Notice } from '../stage-requests.ts'
import type { LinksFor } from './links.ts'

export interface NotifierResources {
  /** Of the connection, for messages. */
  name: string
  secrets: Secrets
  signal: AbortSignal
}

/**
 * Tells one notice over one connection. `id` stays the same when it is told again because nobody knows whether it arrived;
 * receivers that can, know it by that.
 */
export type Notifier<T extends Connection['type']> = (
  notice: Notice,
  id: string,
  connection: ConnectionOf<T>,
  resources: NotifierResources & { links: LinksFor },
) => Promise<void>
