import { withClient } from '../connections.ts'
import { taken } from './answered.ts'
import type { Notifier } from './notifier.ts'

/** One line of text to an incoming webhook. */
export const slack: Notifier<'slack'> = async ({ text }, _id, connection, { name, secrets, signal }) => {
  const address = typeof connection.url === 'string' ? connection.url : await secrets.resolve(connection.url)
  await withClient({ name, url: address, connection }, async client => {
    const body = JSON.stringify({ text: escaped(text) })
    const headers = { 'content-type': 'application/json' }
    taken(name, await client.send({ method: 'POST', url: address, headers, body }, signal))
  })
}

/** What Slack would take for links and mentions. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
