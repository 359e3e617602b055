import type { Request, RequestHandler, Response, Router } from 'express'
import { type Recorded, recordDone, recordRefusal } from '../audit/record.ts'
import { missing, refuseForbidden, refuseForeign } from '../auth/authorize.ts'
import type { Identify } from '../auth/identity.ts'
import { addressOf, readCookie, unauthenticated } from '../auth/identity.ts'
import type { Principal } from '../auth/principal.ts'
import { type Operation, type Route, routes } from '../contract/routes.ts'
import { type Pace, writeEvents } from '../live/event-stream.ts'
import { createViewer } from '../live/viewer.ts'
import type { Services } from '../services.ts'
import { entityTag, isKnown } from './entity-tag.ts'
import type { Answered, Call, Handlers } from './handler.ts'
import { parsePart } from './input.ts'
import { readJsonBody } from './json-body.ts'
import { deprecationHeaders, limitHeaders } from './promises.ts'
import { readRawBody } from './raw-body.ts'
import { Refusal } from './refusal.ts'

export interface MountOptions {
  services: Services
  handlers: Handlers
  identify: Identify
  /** Aborts when the server stops: open streams and long polls end. */
  stopping: AbortSignal
  /** Of event streams; absent: the usual one. */
  pace?: Pace | undefined
}

/** Mounts every route of the contract; a path that is known with another method says which methods it has. */
export function mountRoutes(router: Router, options: MountOptions): void {
  const byPath = Map.groupBy(Object.keys(routes) as Operation[], operation => routes[operation].path)
  for (const [path, operations] of byPath) {
    const route = router.route(path.replace(/\{(\w+)\}/g, ':$1'))
    for (const operation of operations) route[routes[operation].method](handle(operation, options))
    const allowed = operations.map(operation => routes[operation].method.toUpperCase())
    route.all(refuseMethod(allowed))
  }
}

function handle(operation: Operation, options: MountOptions): RequestHandler {
  const { services, handlers, identify, stopping, pace } = options
  const { auditor } = services
  const answerRequest = async (request: Request, response: Response, recorded: Recorded) => {
    const route: Route = routes[operation]
    const principal = await callerOf(request, route, identify)
    // First: who was refused is in the audit log by name.
    recorded.principal = principal
    if (principal !== null) refuseForbidden(principal, route)
    const { limits } = services.identity
    const allowance = await (principal === null ? limits.open(addressOf(request)) : limits.known(principal.name))
    response.set({ ...limitHeaders(allowance), ...deprecationHeaders(route) })
    const params = parsePart('path', route.params, request.params)
    // Before the rest is read: whoever may not see it learns nothing from what is wrong with the request.
    if (principal !== null) await refuseForeign(principal, route, params, services.resources)
    const call = await readCall(request, response, { route, params, principal, stopping })
    if (operation === 'streamEvents') {
      const { query, headers, signal } = call as Call<'streamEvents'>
      const resumed = headers['last-event-id']
      const after = resumed === undefined ? (query.after ?? null) : Number(resumed)
      const { execution } = query
      const { resources, feed } = services
      const viewer = createViewer(principal!, () => identify(request), { resources, execution })
      if (execution !== undefined && !(await viewer.sees(execution)))
        throw missing({ kind: 'execution', name: execution })
      return limitStreams(() => writeEvents(feed, response, { after, execution, signal, viewer }, pace))
    }
    const answer = await (handlers[operation] as (call: unknown) => ReturnType<Handlers[Answered]>)(call)
    await recordDone(auditor, recorded, answer.body)
    if (response.destroyed) return
    response.status(answer.status ?? route.success.status).set(answer.headers ?? {})
    const body = route.success.schema.parse(answer.body)
    if (route.success.status === 204 || route.success.status === 302) return void response.end()
    const text = route.success.type === 'text/plain' ? String(body) : JSON.stringify(body)
    if (route.versioned !== undefined) {
      const tag = entityTag(text, route.versioned, body)
      response.set('etag', tag)
      if (isKnown(tag, request.get('if-none-match'))) return void response.status(304).end()
    }
    response.type(route.success.type).send(text)
  }
  return async (request, response) => {
    const { id: requestId, params } = request
    const recorded: Recorded = { operation, requestId, params, address: addressOf(request), principal: null }
    try {
      await answerRequest(request, response, recorded)
    } catch (error) {
      recordRefusal(auditor, recorded, error)
      throw error
    }
  }
}

async function callerOf(request: Request, route: Route, identify: Identify): Promise<Principal | null> {
  if (route.permission === 'public') return null
  const principal = await identify(request)
  if (principal === null) throw unauthenticated('send `Authorization: Bearer TOKEN`, or sign in')
  return principal
}

interface Reading {
  route: Route
  params: Record<string, unknown>
  principal: Principal | null
  stopping: AbortSignal
}

async function readCall(request: Request, response: Response, reading: Reading) {
  const { route, params, principal, stopping } = reading
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const query = parsePart('query', route.query, request.query)
  const headers = parsePart('header', route.headers, request.headers)
  const raw = route.raw === undefined ? null : await readRawBody(request, response, route.raw)
  const body = raw === null ? await readJsonBody(request, response) : undefined
  if (route.body === null && body !== undefined) throw new Refusal('invalid-request', 'this operation takes no body')
  return {
    params,
    query,
    headers,
    body: route.body === null ? null : parsePart('body', route.body, body),
    raw,
    principal,
    requestId: request.id,
    signal: AbortSignal.any([gone.signal, stopping]),
    address: addressOf(request),
    cookie: (name: string) => readCookie(request, name),
  }
}

const mostStreams = 500
let openStreams = 0

async function limitStreams(stream: () => Promise<void>): Promise<void> {
  if (openStreams >= mostStreams)
    throw new Refusal('too-many-requests', `${mostStreams} event streams are open already`, {
      headers: { 'retry-after': '5' },
    })
  openStreams += 1
  try {
    await stream()
  } finally {
    openStreams -= 1
  }
}

function refuseMethod(allowed: readonly string[]): RequestHandler {
  return request => {
    const allow = allowed.includes('GET') ? [...allowed, 'HEAD'].join(', ') : allowed.join(', ')
    throw new Refusal('method-not-allowed', `${request.method} is not possible here; possible: ${allow}`, {
      headers: { allow },
    })
  }
}
