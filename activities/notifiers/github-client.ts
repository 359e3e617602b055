import type { ConnectionOf } from '../../pipeline/schema/configuration/connections.ts'
import { withClient } from '../connections.ts'
import { taken } from './answered.ts'
import type { NotifierResources } from './notifier.ts'

/** Sends to GitHub's API and answers with the document it gets. */
export type AskGitHub = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>

/** Works with the API of one connection, under its token. */
export async function withGitHub(
  connection: ConnectionOf<'github'>,
  { name, secrets, signal }: NotifierResources,
  work: (ask: AskGitHub) => Promise<void>,
): Promise<void> {
  const credentials = { authorization: `Bearer ${await secrets.resolve(connection.token)}` }
  const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
  await withClient({ name, url: connection.url, connection, secrets }, client =>
    work(async (method, path, body) => {
      const content = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await client.send({ method, url: path, headers, credentials, ...content }, signal)
      taken(name, answer)
      return JSON.parse(answer.body)
    }),
  )
}

/** GitHub refuses descriptions that are longer. */
export const longestDescription = 140
