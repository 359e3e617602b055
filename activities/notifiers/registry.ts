import type { Connection } from '../../pipeline/schema/configuration/connections.ts'
import type { Connections } from '../connections.ts'
import { Invalid } from '../failures.ts'
import type { NotifyRequest } from '../stage-requests.ts'
import { email } from './email.ts'
import { github } from './github.ts'
import type { LinksOf } from './links.ts'
import type { Notifier, NotifierResources } from './notifier.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** How each type of connection is told something; null where it cannot be. */
export const notifiers = { email, github, http: null, slack, webhook } satisfies {
  [T in Connection['type']]: Notifier<T> | null
}

export interface NotifyParts extends Pick<NotifierResources, 'secrets' | 'signal'> {
  connections: Connections
  links: LinksOf
}

export async function notify(
  { id, connection: name, notice }: NotifyRequest,
  { connections, links, ...resources }: NotifyParts,
): Promise<void> {
  const connection = connections.get(name)
  const tell = notifiers[connection.type] as Notifier<Connection['type']> | null
  if (tell === null)
    throw new Invalid(`connection "${name}" is of type ${connection.type}, which cannot be told anything`)
  const ownLinks = links({ id, connection: name })
  await tell(notice, id, connection as never, { name, links: ownLinks, ...resources })
}
