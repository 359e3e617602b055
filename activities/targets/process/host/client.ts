import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, failureKinds, NotFound, Unavailable } from '../../../failures.ts'
import { isAlive } from '../../../processes/identity.ts'
import { hostLocation } from './location.ts'
import type {
  ApplyRequest,
  Counts,
  CountsQuery,
  HostReport,
  Line,
  RemoveRequest,
  RouteRequest,
  ServiceReport,
  StopRequest,
  WireError,
} from './protocol.ts'

/** A call that may take as long as a release takes to start. */
export interface LongCall {
  signal: AbortSignal
  progress(message: string): void
}

/**
 * Talks to the process host of one data folder. Stays valid when the host is started anew. Every method throws
 * `Unavailable` when the host does not answer in time, and what the host answers otherwise.
 */
export interface HostClient {
  ping(): Promise<HostReport>
  services(): Promise<ServiceReport[]>
  /** Null when nothing was ever deployed as this service. */
  service(target: string, service: string): Promise<ServiceReport | null>
  /** Giving up on the call does not undo it: the host finishes, or a newer op supersedes it. */
  apply(target: string, service: string, body: ApplyRequest, call: LongCall): Promise<ServiceReport>
  route(target: string, service: string, body: RouteRequest, signal: AbortSignal): Promise<ServiceReport>
  remove(target: string, service: string, body: RemoveRequest, call: LongCall): Promise<ServiceReport>
  /** Null when the host knows nothing of that window: no such version, or before it ran. */
  counts(query: CountsQuery, signal: AbortSignal): Promise<Counts | null>
  /** Prometheus text. */
  metrics(): Promise<string>
  /** The last lines an instance printed. */
  log(target: string, service: string, instance: string): Promise<string[]>
  /** Resolves when the host is gone. */
  stop(body: StopRequest): Promise<void>
}

/** Milliseconds without a sign of life. During a long call the host says something every second. */
const patience = 10_000

export function hostClient(dataFolder: string): HostClient {
  const { socket } = hostLocation(dataFolder)
  const call = caller(socket)
  const at = (target: string, service: string) =>
    `/services/${encodeURIComponent(target)}/${encodeURIComponent(service)}`
  return {
    ping: () => call.json<HostReport>('GET', '/'),
    services: () => call.json<ServiceReport[]>('GET', '/services'),
    service: (target, service) => orNull(call.json<ServiceReport>('GET', at(target, service))),
    apply: (target, service, body, long) =>
      call.lines<ServiceReport>(`${at(target, service)}/apply`, body, long.signal, long.progress),
    route: (target, service, body, signal) =>
      call.lines<ServiceReport>(`${at(target, service)}/route`, body, signal, () => {}),
    remove: (target, service, body, long) =>
      call.lines<ServiceReport>(`${at(target, service)}/remove`, body, long.signal, long.progress),
    counts: ({ target, service, role, version, from, to }, signal) => {
      const query = new URLSearchParams({ role, version, from: String(from), to: String(to) })
      return orNull(call.json<Counts>('GET', `${at(target, service)}/counts?${query}`, undefined, signal))
    },
    metrics: () => call.text('GET', '/metrics'),
    log: (target, service, instance) =>
      call.json<string[]>('GET', `${at(target, service)}/instances/${encodeURIComponent(instance)}/log`),
    stop: async body => {
      const { identity } = await call.json<HostReport>('GET', '/')
      await call.lines<null>('/stop', body, new AbortController().signal, () => {})
      while (isAlive(identity)) await sleep(10)
    },
  }
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof NotFound) return null
    throw error
  }
}

function caller(socketPath: string) {
  /** Resolves with a response of status 200; any other is thrown as the failure it tells of. */
  async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    signal?.throwIfAborted()
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing: ClientRequest = request({ socketPath, method, path, agent: false, ...(signal ? { signal } : {}) })
      outgoing.setTimeout(patience, () => outgoing.destroy(new Error(`no answer within ${patience / 1000} s`)))
      outgoing.once('response', resolve)
      outgoing.once('error', reject)
      outgoing.setHeader('content-type', 'application/json')
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
    if (response.statusCode === 200) return response
    throw failureOf(JSON.parse(await textOf(response)) as WireError)
  }

  async function translate<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof Failure) throw error
      signal?.throwIfAborted()
      throw unreachable(socketPath, path, error)
    }
  }

  return {
    text: (method: string, path: string) => translate(path, undefined, async () => textOf(await send(method, path))),

    json: <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
      translate(path, signal, async () => JSON.parse(await textOf(await send(method, path, body, signal))) as T),

    lines: <T>(path: string, body: unknown, signal: AbortSignal, progress: (message: string) => void) =>
      translate(path, signal, async () => {
        const response = await send('POST', path, body, signal)
        for await (const line of linesOf<Line<T>>(response)) {
          if ('result' in line) return line.result
          if ('error' in line) throw failureOf(line.error)
          progress(line.progress)
        }
        throw new Error('the connection ended before the answer')
      }),
  }
}

async function* linesOf<T>(response: IncomingMessage): AsyncGenerator<T> {
  response.setEncoding('utf8')
  let rest = ''
  for await (const chunk of response) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as T
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

function failureOf({ kind, message }: WireError): Failure {
  return failureKinds[kind].make(message)
}

function unreachable(socketPath: string, path: string, error: unknown): Unavailable {
  const reason = error instanceof Error ? error.message : String(error)
  return new Unavailable(
    `the process host does not answer (${path} at ${socketPath}: ${reason}); \`slipway serve\` starts it`,
    { cause: error },
  )
}
