import type { MetricsConnection } from '../../pipeline/schema/configuration/metrics.ts'
import type { SecretReference } from '../../pipeline/schema/configuration/secret.ts'
import { Invalid, Unavailable } from '../failures.ts'
import { type Answer, type GuardedClient, guardedClient, type OutgoingRequest } from '../http/client.ts'
import type { Tls } from '../http/connect.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** What any source of metrics over HTTP is opened with. */
export type SourceConnection = Pick<
  MetricsConnection,
  'url' | 'hosts' | 'addresses' | 'auth' | 'headers' | 'tls' | 'timeout' | 'labels'
>

export interface SourceRequest {
  method?: 'GET' | 'POST'
  /** Below the base address. */
  path: string
  query?: Readonly<Record<string, string>>
  /** Sent as a form. */
  form?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  json?: unknown
  /** As it is; `headers` say what it is. */
  body?: string
  headers?: Readonly<Record<string, string>>
  /** Like `headers`, for the connection's own address only. */
  credentials?: Readonly<Record<string, string>>
}

/**
 * A metrics system over HTTP: within what the connection may reach, with its credentials, which are read at each request
 * and kept nowhere. `Invalid`: it refuses what is asked; `Unavailable`: it does not answer, or cannot now.
 */
export interface Source {
  ask(request: SourceRequest, signal: AbortSignal): Promise<unknown>
  /** For systems that tell a refusal in their own way: the answer, whatever its status. */
  send(request: SourceRequest, signal: AbortSignal): Promise<Answer>
  /** Starts every message. */
  who: string
}

/** Enough for 10,000 points; more is not what a judge asks for. */
const largest = 4 * 1024 * 1024

export function metricSource(name: string, connection: SourceConnection, secrets: Secrets): Source {
  const who = `metric provider ${name}`
  let opened: Promise<GuardedClient> | null = null

  function client(): Promise<GuardedClient> {
    opened ??= open().catch(error => {
      opened = null
      throw error
    })
    return opened
  }

  async function open(): Promise<GuardedClient> {
    const { url, hosts, addresses, timeout, tls } = connection
    const certificates = tls === undefined ? {} : { tls: await certificatesOf(tls, secrets) }
    return guardedClient({
      ...{ name, base: new URL(url), hosts, addresses, timeout, largest, hide: secrets.hide },
      ...certificates,
    })
  }

  async function send(request: SourceRequest, signal: AbortSignal): Promise<Answer> {
    const credentials = { ...(await credentialsOf(connection, secrets)), ...request.credentials }
    return (await client()).send({ ...outgoing(request), credentials }, signal)
  }

  return {
    who,
    send,
    async ask(request, signal) {
      const answer = await send(request, signal)
      if (answer.status >= 200 && answer.status < 300) return parsed(who, answer.body)
      throw refusal(who, answer)
    },
  }
}

/** What an answer that is no success means. A client's mistake stays one, however often it is sent. */
export function refusal(who: string, { status, body }: Pick<Answer, 'status' | 'body'>, reason = excerpt(body)): Error {
  const said = reason === '' ? '' : `: ${reason}`
  if (status === 401 || status === 403) return new Invalid(`${who} refused the credentials (${status})${said}`)
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new Unavailable(`${who} answered ${status}${said}`)
  return new Invalid(`${who} refused the query (${status})${said}`)
}

export function parsed(who: string, body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Unavailable(`${who} answered something that is no JSON: ${excerpt(body)}`)
  }
}

export function excerpt(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200)
}

function outgoing({ method, path, query, form, json, body, headers }: SourceRequest): OutgoingRequest {
  const search = query === undefined ? '' : `${path.includes('?') ? '&' : '?'}${new URLSearchParams(query)}`
  const url = `${path}${search}`
  if (body !== undefined) return { method: 'POST', url, body, headers: { ...headers } }
  if (form !== undefined) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return { method: 'POST', url, headers: { ...type, ...headers }, body: new URLSearchParams(form).toString() }
  }
  if (json === undefined) return { method: method ?? 'GET', url, headers: { accept: 'application/json', ...headers } }
  const type = { 'content-type': 'application/json', accept: 'application/json' }
  return { method: 'POST', url, headers: { ...type, ...headers }, body: JSON.stringify(json) }
}

async function credentialsOf({ auth, headers }: SourceConnection, secrets: Secrets): Promise<Record<string, string>> {
  const given = await Promise.all(
    Object.entries(headers).map(async ([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : await secrets.resolve(value),
    ]),
  )
  const all: Record<string, string> = Object.fromEntries(given)
  if (auth === undefined) return all
  if ('bearer' in auth) return { ...all, authorization: `Bearer ${await secrets.resolve(auth.bearer)}` }
  const pair = `${auth.user}:${await secrets.resolve(auth.password)}`
  return { ...all, authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

async function certificatesOf(tls: NonNullable<SourceConnection['tls']>, secrets: Secrets): Promise<Tls> {
  const read = async (reference: SecretReference | undefined) => reference && (await secrets.resolve(reference))
  const [ca, cert, key] = await Promise.all([read(tls.ca), read(tls.cert), read(tls.key)])
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  }
}
