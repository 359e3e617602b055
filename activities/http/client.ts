import { request as send } from 'undici'
import { Failure, Refused, Unavailable } from '../failures.ts'
import { addressCheck } from './address.ts'
import { guardedAgent, type Resolve, systemResolve, type Tls } from './connect.ts'
import { addressOf, isOwn, type Reach, redirected } from './where.ts'

export interface OutgoingRequest {
  method: string
  /** A path below the base address, or an absolute address of an allowed origin. */
  url: string
  headers?: Readonly<Record<string, string>>
  /** Headers for the connection's own origin only, such as `authorization`; dropped everywhere else. */
  credentials?: Readonly<Record<string, string>>
  body?: string
}

export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: string
  /** Where the answer came from in the end. */
  url: string
}

export interface GuardedClientOptions extends Reach {
  /** Networks that may be reached although they are not public. */
  addresses: readonly string[]
  /** Milliseconds for all of one request, redirects included. */
  timeout: number
  /** Bytes of an answer that are read at most. */
  largest: number
  resolve?: Resolve
  /** Certificates, where the usual ones do not do; PEM. */
  tls?: Tls
  /** Takes out of an answer what nobody may see: some repeat what they were sent. */
  hide?: (text: string) => string
}

/**
 * The only way out over HTTP. Asks what the connection allows and nothing else (`where.ts`), connects to addresses that were
 * checked and no others (`connect.ts`), follows redirects itself and checks each like the first address, and ends at its
 * limits of time and size. `Refused`: it must not be; `Unavailable`: it could not be.
 */
export interface GuardedClient {
  send(request: OutgoingRequest, signal: AbortSignal): Promise<Answer>
  close(): Promise<void>
}

const mostRedirects = 5

export function guardedClient(options: GuardedClientOptions): GuardedClient {
  const { name, timeout, resolve = systemResolve, hide = text => text } = options
  const agent = guardedAgent({ check: addressCheck(options.addresses), resolve, timeout, tls: options.tls ?? {} })

  async function follow(outgoing: OutgoingRequest, signal: AbortSignal): Promise<Answer> {
    let { method, body } = outgoing
    let url = addressOf(options, outgoing.url)
    for (let redirects = 0; ; redirects++) {
      const response = await send(url, {
        dispatcher: agent,
        method: method as 'GET',
        headers: {
          'user-agent': 'slipway',
          'accept-encoding': 'identity',
          ...outgoing.headers,
          ...(isOwn(options, url) ? outgoing.credentials : {}),
        },
        ...(body === undefined ? {} : { body }),
        signal,
      })
      const headers = flat(response.headers)
      const next = followed(method, response.statusCode, headers.location)
      if (next === null) {
        const body = hide(await text(response.body))
        return { status: response.statusCode, headers: mapped(headers, hide), body, url: hide(url.href) }
      }
      response.body.on('error', () => {}).destroy()
      if (redirects === mostRedirects) throw new Refused(`connection ${name} was redirected ${mostRedirects} times`)
      url = redirected(options, url, headers.location!)
      if (next === 'GET') body = undefined
      method = next
    }
  }

  async function text(body: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > options.largest)
        throw new Refused(
          `connection ${name} answers more than ${options.largest} bytes; raise "largest" if that is meant`,
        )
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  return {
    async send(outgoing, signal) {
      const late = AbortSignal.timeout(timeout)
      try {
        return await follow(outgoing, AbortSignal.any([signal, late]))
      } catch (error) {
        const failure = failureIn(error)
        if (failure !== null) throw failure
        signal.throwIfAborted()
        if (late.aborted) throw new Unavailable(`connection ${name} did not answer within ${timeout / 1_000} s`)
        throw new Unavailable(`connection ${name} cannot be reached: ${hide(reasonOf(error))}`, { cause: error })
      }
    },
    close: () => agent.close(),
  }
}

/** The method to go on with; null when the answer is to be taken as it is. */
function followed(method: string, status: number, location: string | undefined): string | null {
  if (location === undefined) return null
  const reads = method === 'GET' || method === 'HEAD'
  if (status === 303) return reads ? method : 'GET'
  if (status === 307 || status === 308) return method
  // Whether the other side means the same request again is anybody's guess.
  return (status === 301 || status === 302) && reads ? method : null
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function mapped(headers: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]))
}

function failureIn(error: unknown): Failure | null {
  for (let inner = error; inner instanceof Error; inner = inner.cause) if (inner instanceof Failure) return inner
  return null
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
