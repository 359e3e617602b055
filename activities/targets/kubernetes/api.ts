import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, Unavailable } from '../../failures.ts'
import type { Connection } from './connection.ts'

/** What the API server answered when it did not do what was asked. */
export class ApiError extends Error {
  readonly status: number
  /** As Kubernetes names it: `Conflict`, `AlreadyExists`, `Forbidden`, … */
  readonly reason: string
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | null
  readonly causes: readonly string[]

  constructor(status: number, { reason, message, causes }: Status, retryAfter: number | null) {
    super(message)
    this.status = status
    this.reason = reason
    this.retryAfter = retryAfter
    this.causes = causes
  }
}

interface Status {
  reason: string
  message: string
  causes: string[]
}

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Readonly<Record<string, string>>
  body?: unknown
  signal?: AbortSignal
}

/**
 * Requests to one API server, as plain JSON: what we write back keeps every field, also those no client library knows.
 *
 * What the server was too busy for (429) or what surely did no harm is tried again, with `Retry-After` heeded. A server
 * that does not answer is `Unavailable`; what it refused is an `ApiError`.
 */
export interface KubernetesApi {
  send<T>(path: string, request?: ApiRequest): Promise<T>
  /** Null when there is no such object. */
  get<T>(path: string, signal?: AbortSignal): Promise<T | null>
  text(path: string, query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<string>
  /** Lines of an answer that goes on; ends when the server ends it, throws when it breaks off or nothing comes. */
  lines(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<string>
}

export interface ApiTimings {
  /** Milliseconds until an answer must have come. */
  answer: number
  /** Milliseconds without a byte after which a stream is given up. */
  silence: number
  /** Milliseconds before the second attempt; doubled for each further one. */
  backoff: number
}

export const apiTimings: ApiTimings = { answer: 10_000, silence: 90_000, backoff: 100 }
const attempts = 4
const longestWait = 10_000

/** The field manager of everything we write. */
export const fieldManager = 'slipway'

export function openApi(name: string, connection: Connection, timings: ApiTimings = apiTimings): KubernetesApi {
  let where = 'its address'
  const called = connection.name === undefined ? `target ${name}` : `target ${name} (connection ${connection.name})`

  async function open(path: string, { method = 'GET', query = {}, body, signal }: ApiRequest, idle: number) {
    const fields = method === 'GET' ? query : { fieldManager, ...query }
    const { server, options } = await connection.open()
    where = server
    const url = new URL(`${server}${path}`)
    for (const [key, value] of Object.entries(fields)) url.searchParams.set(key, value)
    const payload = body === undefined ? null : JSON.stringify(body)
    const headers = { ...options.headers, accept: 'application/json', ...headersFor(method, payload) }
    return answerOf(url, { ...options, method, headers, timeout: idle, ...(signal ? { signal } : {}) }, payload)
  }

  async function ask(path: string, asked: ApiRequest): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const { signal, isLate, done } = answerWithin(timings.answer, asked.signal)
      try {
        const answer = await open(path, { ...asked, signal }, timings.answer)
        const text = await textOf(answer)
        if (answer.statusCode! < 300) return text
        const refused = errorOf(answer, text)
        if (refused.status === 403 && isByRights(refused) && !(await isReady())) throw startingUp(called, refused)
        throw refused
      } catch (thrown) {
        asked.signal?.throwIfAborted()
        const error = isLate() ? noAnswer() : thrown
        if (error instanceof ApiError && error.status === 401) connection.refresh()
        const wait = attempt < attempts ? waitBefore(error, asked, attempt) : null
        if (wait === null) throw worded(error)
        await sleep(wait, undefined, { signal: asked.signal })
      } finally {
        done()
      }
    }
  }

  const noAnswer = () => new Error(`no answer within ${timings.answer} ms`)

  /** A server that has just started refuses everybody for a while: it has not read its roles yet. */
  async function isReady(): Promise<boolean> {
    const answer = await open('/readyz', {}, timings.answer)
    answer.resume()
    return answer.statusCode === 200
  }

  function waitBefore(error: unknown, { method = 'GET' }: ApiRequest, attempt: number): number | null {
    const usual = timings.backoff * 2 ** (attempt - 1)
    if (!(error instanceof ApiError)) return error instanceof Failure || method === 'POST' ? null : usual
    if (error.status === 401) return attempt === 1 ? 0 : null
    const wait = error.retryAfter ?? usual
    // Asked to wait for long, it is the activity that waits.
    if (wait > longestWait) return null
    // Objects are written with the version they were read at, so doing it again does no harm.
    return error.status === 429 || (error.status >= 500 && method !== 'POST') ? wait : null
  }

  function worded(error: unknown): unknown {
    if (error instanceof ApiError) {
      if (error.status === 401)
        return new Unavailable(`${called}: its cluster does not accept our credentials; renew the token`)
      if (error.status === 429 || error.status >= 500)
        return new Unavailable(`${called}: the API server answers ${error.status}: ${error.message}`, {
          retryAfter: error.retryAfter,
        })
      return error
    }
    if (error instanceof Failure || !(error instanceof Error)) return error
    const reason = (error as NodeJS.ErrnoException).code ?? error.message
    return new Unavailable(`${called}: the API server at ${where} does not answer (${reason})`, {
      cause: error,
    })
  }

  return {
    async send<T>(path: string, asked: ApiRequest = {}) {
      return JSON.parse(await ask(path, asked)) as T
    },
    async get<T>(path: string, signal?: AbortSignal) {
      try {
        return JSON.parse(await ask(path, signal ? { signal } : {})) as T
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
    text: (path, query, signal) => ask(path, { query, ...(signal ? { signal } : {}) }),
    async *lines(path, query, signal) {
      // A watch may be silent for long, but not before it has begun: who was away would be tried again only after that.
      const begun = answerWithin(timings.answer, signal)
      const answer = await open(path, { query, signal: begun.signal }, timings.silence)
        .catch(error => {
          throw worded(begun.isLate() ? noAnswer() : error)
        })
        .finally(begun.done)
      if (answer.statusCode! >= 300) throw errorOf(answer, await textOf(answer))
      answer.setEncoding('utf8')
      let rest = ''
      for await (const chunk of answer) {
        const parts = (rest + chunk).split('\n')
        rest = parts.pop()!
        yield* parts.filter(Boolean)
      }
    },
  }
}

/** A timer that ends with its request: there are thousands, and a signal that fires for nobody costs as much as one that does. */
function answerWithin(milliseconds: number, given: AbortSignal | undefined) {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), milliseconds)
  const signal = given ? AbortSignal.any([given, late.signal]) : late.signal
  return { signal, isLate: () => late.signal.aborted, done: () => clearTimeout(timer) }
}

/** Refused by the roles, not by what checks objects. */
function isByRights({ message, causes }: ApiError): boolean {
  return causes.length === 0 && / cannot [a-z]+ resource /.test(message)
}

function startingUp(called: string, { message }: ApiError): Unavailable {
  return new Unavailable(
    `${called}: ${message}, and the API server does not say that it is ready; when it is, grant what \`slipway kubernetes rbac\` prints`,
  )
}

function headersFor(method: string, payload: string | null): Record<string, string | number> {
  if (payload === null) return {}
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return { 'content-type': type, 'content-length': Buffer.byteLength(payload) }
}

function answerOf(url: URL, options: RequestOptions, payload: string | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve)
    sent.on('error', reject)
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${options.timeout} ms`)))
    sent.end(payload ?? undefined)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8')
  let text = ''
  for await (const chunk of answer) text += chunk
  return text
}

function errorOf(answer: IncomingMessage, text: string): ApiError {
  const seconds = Number(answer.headers['retry-after'])
  return new ApiError(answer.statusCode!, statusOf(text), seconds > 0 ? seconds * 1_000 : null)
}

function statusOf(text: string): Status {
  try {
    const { reason = '', message = text, details } = JSON.parse(text)
    return { reason, message, causes: (details?.causes ?? []).map((cause: { reason?: string }) => cause.reason ?? '') }
  } catch {
    return { reason: '', message: text.trim().slice(0, 500), causes: [] }
  }
}
