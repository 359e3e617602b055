import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import httpProxy from 'http-proxy-3'
import type { Weights } from '../../../../../pipeline/clusters.ts'
import type { Backends } from './backends.ts'
import { Exchange, type ExchangeParts, refuse } from './exchange.ts'
import { forwardHeaders, forwardUpgradeHeaders } from './headers.ts'
import type { Recorder } from './recorder.ts'
import { Routing, type RoutingSettings } from './routing.ts'
import { Selection } from './selection.ts'
import { refuseUpgrade, upgrade, upgradeHandlers } from './upgrade.ts'

export interface RouterSettings extends RoutingSettings {
  responseTimeout: number
}

export interface RouterOptions {
  backends: Backends
  recorder: Recorder
  /** Asked at every request, so that new settings hold at once. */
  settings(): RouterSettings
}

/** The front door of one service: takes requests on a loopback port and passes each to one instance. */
export class Router {
  readonly #parts: Omit<ExchangeParts, 'stickyCookie' | 'responseTimeout'>
  readonly #settings: () => RouterSettings
  readonly #routing: Routing
  readonly #exchanges = new WeakMap<IncomingMessage, Exchange>()
  /** Connections that have switched protocols; the server does not know them any more. */
  readonly #switched = new Set<Duplex>()
  #server: Server | undefined

  constructor({ backends, recorder, settings }: RouterOptions) {
    this.#parts = { proxy: this.#proxy(), backends, recorder, selection: new Selection(backends) }
    this.#settings = settings
    this.#routing = new Routing(backends, settings)
  }

  route(weights: Weights): void {
    this.#routing.set(weights)
  }

  /** Listens on a port, then stops listening where it did before; fails with what Node says of the port. */
  async listen(port: number): Promise<number> {
    const server = this.#serve()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host: '127.0.0.1', backlog: 4_096 }, resolve)
    })
    server.on('error', () => {})
    this.#server?.close()
    this.#server = server
    return (server.address() as AddressInfo).port
  }

  /** Takes no more requests; resolves when those in flight are done or `within` milliseconds are over. */
  async close(within: number): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const timer = setTimeout(() => {
      server.closeAllConnections()
      for (const socket of this.#switched) socket.destroy()
    }, within)
    await new Promise(resolve => server.close(resolve))
    clearTimeout(timer)
  }

  #serve(): Server {
    const server = createServer(limits)
    server.keepAliveTimeout = 65_000
    server.maxHeadersCount = 200
    server.on('request', (request, response) => this.#request(request, response))
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    server.on('clientError', answerBadRequest)
    return server
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#server?.listening) response.shouldKeepAlive = false
    const path = originForm(request.url ?? '')
    if (path === null) {
      refuse(response, 400, 'the request names no path', true)
      return
    }
    request.url = path
    const route = this.#routing.route(request)
    if ('status' in route) {
      refuse(response, route.status, route.reason, true)
      return
    }
    forwardHeaders(request)
    const { stickyCookie, responseTimeout } = this.#settings()
    const exchange = new Exchange(request, response, route, { ...this.#parts, stickyCookie, responseTimeout })
    this.#exchanges.set(request, exchange)
    exchange.start()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const path = originForm(request.url ?? '')
    if (path === null || request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      refuseUpgrade(socket, 501, 'Not Implemented', 'the only protocol to switch to is websocket')
      return
    }
    request.url = path
    this.#switched.add(socket)
    socket.once('close', () => this.#switched.delete(socket))
    const route = this.#routing.route(request)
    if ('status' in route) {
      refuseUpgrade(socket, route.status, route.status === 400 ? 'Bad Request' : 'Service Unavailable', route.reason)
      return
    }
    forwardUpgradeHeaders(request)
    const { stickyCookie, responseTimeout } = this.#settings()
    upgrade(request, socket, head, route, { ...this.#parts, stickyCookie, responseTimeout })
  }

  #proxy() {
    // `toProxy` passes the path on as it came; otherwise `..` and the like would be resolved on the way.
    const proxy = httpProxy.createProxyServer({ toProxy: true })
    proxy.on('proxyReq', (outgoing, request) => this.#exchanges.get(request)?.sending(outgoing))
    proxy.on('proxyRes', (answer, request) => this.#exchanges.get(request)?.answering(answer))
    proxy.on('proxyReqWs', (outgoing, request) => {
      outgoing.once('upgrade', () => upgradeHandlers(request)?.switched())
      outgoing.once('response', answer => upgradeHandlers(request)?.answered(answer.statusCode ?? 500))
    })
    // Without a listener the library throws; every error has reached its request by its own callback.
    proxy.on('error', () => {})
    return proxy
  }
}

/** A client that sends its headers byte by byte, or its body for more than an hour, is not served. */
const limits = {
  headersTimeout: 15_000,
  requestTimeout: 3_600_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 32 * 1024,
  highWaterMark: 64 * 1024,
  noDelay: true,
  // Java's client offers h2c with its first request; such an offer is ignored, as the standard allows.
  shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
}

/** The path and query of a request target; null for the forms only proxies and `OPTIONS *` use and for nonsense. */
function originForm(url: string): string | null {
  if (url.startsWith('/')) return url
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null
  const { pathname, search } = new URL(url)
  return pathname + search
}

function answerBadRequest(error: NodeJS.ErrnoException, socket: Duplex | Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const large = error.code === 'HPE_HEADER_OVERFLOW'
  if (late) {
    refuseUpgrade(socket, 408, 'Request Timeout', 'the request took too long')
    return
  }
  if (large) {
    refuseUpgrade(socket, 431, 'Request Header Fields Too Large', 'the headers are too large')
    return
  }
  refuseUpgrade(socket, 400, 'Bad Request', 'this is no valid HTTP request')
}
