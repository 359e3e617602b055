import { withClient } from '../connections.ts'
import { taken } from './answered.ts'
import type { Notifier } from './notifier.ts'

/** A line of text to an incoming webhook, and one for each judgment that can be answered. */
export const slack: Notifier<'slack'> = async (notice, _id, connection, { name, secrets, links, signal }) => {
  const address = typeof connection.url === 'string' ? connection.url : await secrets.resolve(connection.url)
  await withClient({ name, url: address, connection, secrets }, async client => {
    const answers = (await links(notice)).map(({ stage, url }) => `<${url}|Answer ${escaped(stage)}>`)
    const body = JSON.stringify({ text: [escaped(notice.text), ...answers].join('\n') })
    const headers = { 'content-type': 'application/json' }
    taken(name, await client.send({ method: 'POST', url: address, headers, body }, signal))
  })
}

/** What Slack would take for links and mentions. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
