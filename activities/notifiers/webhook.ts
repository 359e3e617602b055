import { Webhook } from 'standardwebhooks'
import { withClient } from '../connections.ts'
import { Invalid } from '../failures.ts'
import { taken } from './answered.ts'
import { cdEvent, cloudEvent, type NoticeWithLinks } from './event.ts'
import type { Notifier } from './notifier.ts'

const formats = {
  cloudevents: { make: cloudEvent, type: 'application/cloudevents+json' },
  cdevents: { make: cdEvent, type: 'application/json' },
} as const satisfies Record<string, { make: (notice: NoticeWithLinks, id: string) => object; type: string }>

/** An event, signed as Standard Webhooks says: id, time and body under one key. */
export const webhook: Notifier<'webhook'> = async (notice, id, connection, { name, secrets, links, signal }) => {
  const { make, type } = formats[connection.format]
  const answers = await links(notice)
  const body = JSON.stringify(make(answers.length === 0 ? notice : { ...notice, links: answers }, id))
  const key = await secrets.resolve(connection.secret)
  const at = new Date()
  const headers = {
    'content-type': type,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signed(name, key, { id, at, body }),
  }
  await withClient({ name, url: connection.url, connection, secrets }, async client => {
    taken(name, await client.send({ method: 'POST', url: connection.url, headers, body }, signal))
  })
}

function signed(name: string, key: string, { id, at, body }: { id: string; at: Date; body: string }): string {
  try {
    return new Webhook(key).sign(id, at, body)
  } catch {
    throw new Invalid(`the secret of connection ${name} is no key for Standard Webhooks (whsec_ and base64)`)
  }
}
