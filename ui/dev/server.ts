import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { rights } from '../../api/contract/permissions.ts'
import { problemKinds, problemType } from '../../api/contract/problem.ts'
import { auditOf } from './audit.ts'
import { analysisOf, type Fixture, fixtures, seriesFixture } from './fixtures.ts'
import { inboxOf } from './inbox.ts'
import { definitionOf, operations } from './views.ts'

/**
 * The built page over made-up executions, for working on how it looks: `npx node ui/dev/server.ts [PORT]`.
 * Answers in the API's shapes under the same content security policy; nothing here is part of the product.
 */
const dist = join(import.meta.dirname, '..', 'dist')
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

const all = fixtures(Date.now())
let signedIn = process.argv[3] !== 'signed-out'

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
  if (pathname === '/healthz')
    return json(response, { status: 'ok', checks: { store: 'ok', temporal: 'ok', worker: 'down' } })
  if (!pathname.startsWith('/api/v1/')) return page(pathname, response)
  const parts = pathname.slice('/api/v1/'.length).split('/')
  if (pathname === '/api/v1/session/methods')
    return json(response, {
      methods: [{ type: 'oidc', name: 'Example', url: '/x' }, { type: 'password' }, { type: 'link' }],
    })
  if (parts[0] === 'session') return session(request.method ?? '', response)
  if (!signedIn) return problem(response, 'unauthenticated', 'sign in')
  if (parts[0] === 'events') return events(response, request.headers['last-event-id'] as string, searchParams)
  if (parts[0] === 'inbox') return json(response, inboxOf(all))
  const other = operations(pathname, searchParams) ?? auditOf(pathname, searchParams)
  if (other !== null) return json(response, other)
  if (parts[0] !== 'executions') return problem(response, 'not-found', `nothing at ${pathname}`)
  if (parts[1] === undefined) return list(searchParams, response)
  const fixture = all.find(({ execution }) => execution.id === parts[1])
  if (fixture === undefined) return problem(response, 'not-found', `there is no execution ${parts[1]}`)
  if (parts[2] === 'definition')
    return json(response, definitionOf(fixture.execution.revision, fixture.execution.definitionHash === 'sha256:older'))
  if (parts[4] === 'series') return json(response, seriesFixture(fixture))
  if (parts[2] === 'analysis') return json(response, analysisOf(fixture))
  if (parts[2] === undefined) return json(response, fixture.execution)
  if (parts[2] === 'rollback') return json(response, { execution: rollBack(fixture), linked: false }, 202)
  return problem(response, 'refused', 'this server has nothing to steer')
})

const streams = new Set<ServerResponse>()
let newest = 100_000

server.listen(Number(process.argv[2] ?? 7100), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
})

async function page(path: string, response: ServerResponse): Promise<void> {
  const file = extname(path) === '' ? 'index.html' : path.replaceAll('..', '')
  const body = await readFile(join(dist, file)).catch(() => null)
  if (body === null) return void response.writeHead(404).end()
  const type = types[extname(file)] ?? 'text/html; charset=utf-8'
  response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body)
}

function session(method: string, response: ServerResponse): void {
  if (method === 'POST') signedIn = true
  if (method === 'DELETE') signedIn = false
  if (method === 'DELETE') return void response.writeHead(204).end()
  if (!signedIn) return void problem(response, 'unauthenticated', 'sign in')
  json(response, {
    principal: { name: 'local', type: 'session', roles: ['sre'], groups: [] },
    rights,
    server: { version: '0' },
  })
}

function list(search: URLSearchParams, response: ServerResponse): void {
  const status = search.get('status')?.split(',')
  const items = all
    .map(({ execution }) => execution)
    .filter(one => status === undefined || status.includes(one.status))
    .filter(one => search.get('pipeline') === null || one.pipeline === search.get('pipeline'))
    .filter(one => search.get('application') === null || one.application === search.get('application'))
  json(response, { items, next: status === undefined ? 'next-page' : null })
}

function events(response: ServerResponse, after: string | undefined, search: URLSearchParams): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`id: ${after ?? newest}\nevent: live\ndata: {}\n\n`)
  const one = all.find(({ execution }) => execution.id === search.get('execution'))
  for (const event of one?.events ?? []) response.write(`id: ${event.position}\ndata: ${JSON.stringify(event)}\n\n`)
  streams.add(response)
  response.on('close', () => streams.delete(response))
}

function rollBack({ execution }: Fixture): string {
  execution.status = 'rolling-back'
  newest += 1
  const event = {
    execution: execution.id,
    sequence: newest,
    position: newest,
    at: new Date().toISOString(),
    kind: 'execution.status',
    data: { status: 'rolling-back', reason: null },
  }
  for (const stream of streams) stream.write(`id: ${newest}\ndata: ${JSON.stringify(event)}\n\n`)
  return execution.id
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function problem(response: ServerResponse, kind: keyof typeof problemKinds, detail: string): void {
  const { status, title } = problemKinds[kind]
  const body = { type: problemType(kind), title, status, detail, requestId: 'fixture-1', errors: [] }
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body))
}
