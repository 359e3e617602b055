import { jsonpath } from 'json-p3'
import type { Json } from '../pipeline/execution.ts'
import type { Connections } from './connections.ts'
import { resolved, withClient } from './connections.ts'
import { Unavailable } from './failures.ts'
import type { Answer } from './http/client.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { Called, CallRequest } from './stage-requests.ts'

const longestAnswer = 4_096
const longestWait = 5 * 60_000

export interface CallResources {
  connections: Connections
  secrets: Secrets
  signal: AbortSignal
  now(): number
}

/** One request over a connection of type `http`. 429 and 5xx are no answer: it is tried again, when the other side says. */
export async function call(
  request: CallRequest,
  { connections, secrets, signal, now }: CallResources,
): Promise<Called> {
  const { id, connection: name, method, url, body, contentType } = request
  const connection = connections.of(name, 'http')
  const credentials = await resolved(connection.headers, secrets)
  const content: Record<string, string> =
    body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }
  const answer = await withClient(
    { name, url: connection.url, connection, secrets, largest: connection.largest },
    client =>
      client.send(
        {
          method,
          url,
          headers: { 'idempotency-key': id, ...content },
          credentials,
          ...(body === undefined ? {} : { body }),
        },
        signal,
      ),
  )
  const retryAfter = waitOf(answer, now())
  if (answer.status === 429 || answer.status >= 500)
    throw new Unavailable(`connection ${name} answered ${answer.status}; it is asked again`, { retryAfter })
  return {
    status: answer.status,
    answer: answer.body.slice(0, longestAnswer),
    location: answer.headers.location ?? null,
    found: findAll(answer.body, request.find ?? {}),
    retryAfter,
  }
}

/** `retry-after` as seconds or as a date. */
function waitOf({ headers }: Answer, now: number): number | null {
  const text = headers['retry-after']
  if (text === undefined) return null
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), longestWait) : null
}

function findAll(body: string, paths: Readonly<Record<string, string>>): Record<string, Json> {
  const names = Object.keys(paths)
  if (names.length === 0) return {}
  const document = parsed(body)
  return Object.fromEntries(names.map(name => [name, document === undefined ? null : find(paths[name]!, document)]))
}

/** Scalars only: nothing large gets into the state of a run. */
function find(path: string, document: Json): Json {
  const value = jsonpath.query(path, document).values()[0] as Json | undefined
  if (typeof value === 'string') return value.slice(0, 1_000)
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
