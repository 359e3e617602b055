import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { Failure, Invalid, NotFound } from '../../../failures.ts'
import type { ProcessIdentity } from '../../../processes/identity.ts'
import { lastLines } from '../../../processes/log-file.ts'
import type { Host } from './host.ts'
import { type HostReport, type Line, protocol, type StopRequest, type WireError } from './protocol.ts'
import { releaseSchema, roleSchema, settingsSchema, weightsSchema } from './state.ts'

const op = z.strictObject({ id: z.string().min(1), fence: z.int().min(0), lease: z.number().positive().optional() })
const desired = z.strictObject({
  role: roleSchema,
  release: releaseSchema,
  instances: z.int().min(1).max(1_000),
  recreate: z.literal(true).exactOptional(),
})

const bodies = {
  apply: z.strictObject({ settings: settingsSchema, desired, op }),
  route: z.strictObject({ settings: settingsSchema, weights: weightsSchema, op }),
  remove: z.strictObject({ settings: settingsSchema, role: roleSchema, op }),
  stop: z.strictObject({ instances: z.enum(['end', 'keep']) }),
}

const countsQuery = z.strictObject({
  role: roleSchema,
  version: z.string(),
  from: z.coerce.number(),
  to: z.coerce.number(),
})

const largestBody = 256 * 1024
const pulse = 1_000

/** The host's own API, on a socket only its user can reach. */
export function controlServer(host: Host, identity: ProcessIdentity, stop: (request: StopRequest) => Promise<void>) {
  const startedAt = Date.now()
  const report: HostReport = { protocol, identity, startedAt }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const path = pathname.split('/').slice(1).map(decodeURIComponent)
    const [first = '', target = '', service = '', action = '', id = '', detail = ''] = path
    const what = `${request.method} ${[first, target && ':target', service && ':service', action, id && ':id', detail].filter(Boolean).join('/')}`
    switch (what) {
      case 'GET ':
        return json(response, report)
      case 'GET services':
        return json(
          response,
          host.services().map(each => each.report()),
        )
      case 'GET services/:target/:service':
        return json(response, host.service(target, service).report())
      case 'GET services/:target/:service/counts': {
        const query = parse(countsQuery, Object.fromEntries(searchParams))
        const counts = host.service(target, service).counts({ target, service, ...query })
        if (counts === null) throw new NotFound(`nothing is known of ${query.role} ${query.version} in that window`)
        return json(response, counts)
      }
      case 'GET services/:target/:service/instances/:id/log': {
        const instance = host
          .service(target, service)
          .report()
          .instances.find(each => each.id === id)
        if (!instance) throw new NotFound(`there is no instance ${id} of ${service} on ${target}`)
        return json(response, lastLines(instance.log, 200))
      }
      case 'GET metrics':
        return text(response, await host.metrics.text())
      case 'POST services/:target/:service/apply': {
        const body = parse(bodies.apply, await bodyOf(request))
        return lines(response, progress => host.openService(target, service, body.settings).apply(body, progress))
      }
      case 'POST services/:target/:service/route': {
        const body = parse(bodies.route, await bodyOf(request))
        return lines(response, () => host.openService(target, service, body.settings).route(body))
      }
      case 'POST services/:target/:service/remove': {
        const body = parse(bodies.remove, await bodyOf(request))
        return lines(response, progress => host.openService(target, service, body.settings).remove(body, progress))
      }
      case 'POST stop': {
        const body = parse(bodies.stop, await bodyOf(request))
        return lines(response, async () => {
          await stop(body)
          return null
        })
      }
      default:
        throw new NotFound(`the process host knows no ${request.method} ${pathname}`)
    }
  }

  const server: Server = createServer((request, response) => {
    answer(request, response).catch(error => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify(wireError(error)))
    })
  })
  return server
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function text(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
  response.end(body)
}

/** Runs long work; tells every second that it still goes on, with the newest message, so that silence means death. */
async function lines<T>(response: ServerResponse, work: (progress: (message: string) => void) => Promise<T>) {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const say = (line: Line<T>) => response.write(`${JSON.stringify(line)}\n`)
  let newest = 'waiting'
  const timer = setInterval(() => say({ progress: newest }), pulse)
  try {
    const result = await work(message => {
      newest = message
      say({ progress: message })
    })
    say({ result })
  } catch (error) {
    say({ error: wireError(error) })
  } finally {
    clearInterval(timer)
    response.end()
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  request.setEncoding('utf8')
  let body = ''
  for await (const chunk of request) {
    body += chunk
    if (body.length > largestBody) throw new Invalid(`the request is larger than ${largestBody} characters`)
  }
  return JSON.parse(body)
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Invalid(`the process host cannot understand the request: ${z.prettifyError(parsed.error)}`)
}

/** What is no failure of ours is a bug or the weather (a full disk, say): it may go away. */
function wireError(error: unknown): WireError {
  if (error instanceof Failure) return { kind: error.kind, message: error.message }
  return { kind: 'Unavailable', message: `the process host failed: ${error instanceof Error ? error.message : error}` }
}
