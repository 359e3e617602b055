import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import type { PayloadCodec } from '@temporalio/common'
import pg from 'pg'
import { freePort } from '../activities/processes/ports.ts'
import { type Route, routes } from '../api/contract/routes.ts'
import type { Server } from '../setup/server.ts'

/** Where planted secrets are looked for, and in which spellings. */

/** What it may look like: as it is, in an address, quoted, in base64 at any place of something longer. */
export function spellings(secret: string): string[] {
  const within = [0, 1, 2].flatMap(offset => {
    const text = Buffer.from(`${'x'.repeat(offset)}${secret}`).toString('base64')
    const part = text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + secret.length) * 4) / 3))
    return [part, part.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const hex = Buffer.from(secret).toString('hex')
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), hex, ...within])]
}

/** Names of the secrets that are in a text. */
export function found(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    spellings(secret).some(s => text.includes(s)) ? [name] : [],
  )
}

interface Parrot {
  url: string
  /** All that it was sent. */
  heard(): string
  close(): void
}

/** A service that says no in many ways, and each time repeats what it was sent, in every spelling. */
export async function startParrot(tls: { cert: Buffer; key: Buffer } | null = null): Promise<Parrot> {
  const port = await freePort()
  const url = `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`
  let heard = ''
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const said = `${request.url} ${JSON.stringify(request.rawHeaders)} ${(await request.toArray()).join('')}`
    heard += `${said}\n`
    const word = String(request.headers.authorization ?? request.headers['x-key'] ?? '')
    const bare = word.split(' ').at(-1)!
    const echo = [word, bare, ...spellings(bare), Buffer.from(bare, 'base64').toString('latin1'), said]
    const path = request.url!.split('?')[0]!
    if (path.endsWith('/cut')) return void response.destroy()
    const status = { '/ok': 200, '/fail': 500, '/away': 302, '/shop.git/info/refs': 403 }[path] ?? 401
    response.writeHead(status, {
      ...(status === 302 ? { location: `http://127.0.0.1:1/?key=${encodeURIComponent(bare)}` } : {}),
      // Of a text, git repeats every line.
      'content-type': path.endsWith('/info/refs') ? 'text/plain' : 'application/json',
      'x-echo': encodeURIComponent(word),
    })
    response.end(JSON.stringify({ error: echo.join(' '), word, bare, state: 'DONE' }))
  }
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response)
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    url,
    heard: () => heard,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Every answer to reading that the API gives about these things, and the live events up to a position. */
export async function everyAnswer(
  { url, token }: Pick<Server, 'url' | 'token'>,
  values: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const paths = Object.entries(routes).flatMap(([operation, route]: [string, Route]) =>
    route.method === 'get' && operation !== 'streamEvents' ? filled(route.path, values) : [],
  )
  const answers = await Promise.all(
    [...paths, '/', '/docs', '/api/v1/events/none'].map(async path => {
      const response = await fetch(url + path, { headers, redirect: 'manual' })
      return `${path} ${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
    }),
  )
  return answers.join('\n')
}

export async function eventsUntil({ url, token }: Pick<Server, 'url' | 'token'>, position: number): Promise<string> {
  const leave = new AbortController()
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/api/v1/events?after=0`, { headers, signal: leave.signal })
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes(`id: ${position}\n`)) break
  }
  leave.abort()
  return text
}

function filled(path: string, values: Readonly<Record<string, readonly string[]>>): string[] {
  const parameter = /\{(\w+)\}/.exec(path)
  if (parameter === null) return [path]
  return (values[parameter[1]!] ?? ['none']).flatMap(value => filled(path.replace(parameter[0], value), values))
}

/** All rows of all tables. */
export async function storeDump(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const tables = await client.query(
      "select table_schema || '.' || quote_ident(table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    )
    const dumps: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`select row_to_json(t)::text as row from ${name} t`)
      dumps.push(name, ...rows.map(({ row }) => row))
    }
    return dumps.join('\n')
  } finally {
    await client.end()
  }
}

/** Files below a folder, by path, as bytes. */
export function* files(folder: string): Generator<[path: string, text: string]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && statSync(path, { throwIfNoEntry: false }) !== undefined)
      yield [path, readFileSync(path, 'latin1')]
  }
}

/** Command lines of all processes, and the environments of those that are not named. */
export function processes(except: readonly number[]): string {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'latin1')
    } catch {
      return ''
    }
  }
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const texts = pids.map(pid => {
    const environment = except.includes(Number(pid)) ? '' : read(`/proc/${pid}/environ`)
    return `${pid} ${read(`/proc/${pid}/cmdline`)} ${environment}`
  })
  return texts.join('\n')
}

/** All payloads anywhere in a message of Temporal: what the sealed ones hold, and those that are not, with their place. */
export async function payloadsIn(message: unknown, codec: PayloadCodec, place = ''): Promise<Payloads> {
  if (message === null || typeof message !== 'object' || message instanceof Uint8Array) return { clear: '', plain: [] }
  const { metadata, data } = message as { metadata?: Record<string, Uint8Array>; data?: unknown }
  if (metadata && data instanceof Uint8Array) {
    const isSealed = Buffer.from(metadata.encoding ?? []).toString() === 'binary/slipway-aes-256-gcm'
    if (!isSealed) return { clear: '', plain: [`${place.replaceAll(/\.\d+/g, '')}=${Buffer.from(data).toString()}`] }
    const [clear] = await codec.decode([message as never])
    return { clear: `${Buffer.from(clear!.data ?? []).toString()}\n`, plain: [] }
  }
  const parts = await Promise.all(
    Object.entries(message).map(([name, part]) => payloadsIn(part, codec, `${place}.${name}`)),
  )
  return { clear: parts.map(({ clear }) => clear).join(''), plain: parts.flatMap(({ plain }) => plain) }
}

interface Payloads {
  clear: string
  plain: string[]
}
