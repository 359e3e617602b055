import { type Operation, type Route, routes } from '../contract/routes.ts'
import type { Input, Output } from '../contract/types.ts'
import { type Connection, type ConnectionOptions, reach, requestHeaders, requestPath } from './connection.ts'
import { ApiProblem, readProblem, ServerUnreachable } from './errors.ts'
import { type EventStreamOptions, type LiveEvent, streamEvents } from './events.ts'

type Called = Exclude<Operation, 'streamEvents'>

/** An operation without anything to say needs no argument. */
type Call<O extends Operation> =
  Record<never, unknown> extends Input<O>
    ? (input?: Input<O>, options?: CallOptions) => Promise<Output<O>>
    : (input: Input<O>, options?: CallOptions) => Promise<Output<O>>

export interface CallOptions {
  signal?: AbortSignal
}

/** One method for each operation of the contract, named like it, and the event stream. */
export type Client = { readonly [O in Called]: Call<O> } & {
  /** Events in order of position, over lost connections and restarts of the server, until `signal` aborts. */
  events(options: EventStreamOptions): AsyncGenerator<LiveEvent>
}

/**
 * The typed way to the API, for browsers and Node. Rejects with `ApiProblem` when the server says no, with
 * `ServerUnreachable` when nothing that speaks this API answers.
 */
export function createClient(options: ConnectionOptions): Client {
  const connection = { ...options, fetch: options.fetch ?? fetch.bind(globalThis) }
  const calls = Object.keys(routes)
    .filter(operation => operation !== 'streamEvents')
    .map(operation => [
      operation,
      (input: Record<string, unknown> = {}, callOptions: CallOptions = {}) =>
        send(connection, routes[operation as Operation], input, callOptions),
    ])
  return { ...Object.fromEntries(calls), events: (stream: EventStreamOptions) => streamEvents(connection, stream) }
}

async function send(connection: Connection, route: Route, input: Record<string, unknown>, options: CallOptions) {
  const { body, idempotencyKey, seen, ifMatch, approvalLink, ...rest } = input
  const headers = requestHeaders(connection)
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (typeof idempotencyKey === 'string') headers.set('idempotency-key', idempotencyKey)
  if (typeof seen === 'string') headers.set('if-match', `"${seen}"`)
  if (typeof ifMatch === 'string') headers.set('if-match', ifMatch)
  if (typeof approvalLink === 'string') headers.set('approval-link', approvalLink)
  const response = await reach(connection, requestPath(route, rest), {
    method: route.method.toUpperCase(),
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: options.signal ?? null,
  })
  // A server that is not ready says so with 503 and the usual body, not with a problem.
  const readable = response.ok || (route === routes.getHealth && isPlain503(response))
  if (!readable) throw new ApiProblem(await readProblem(response), response.headers)
  if (response.status === 204) return null
  return route.success.type === 'text/plain' ? await response.text() : await readJson(connection, response)
}

function isPlain503({ status, headers }: Response): boolean {
  return status === 503 && !headers.get('content-type')?.startsWith('application/problem')
}

async function readJson(connection: Connection, response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    throw new ServerUnreachable(connection.url, error)
  }
}
