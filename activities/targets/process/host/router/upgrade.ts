import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ExchangeParts, startRun } from './exchange.ts'
import type { Route } from './routing.ts'

/**
 * Passes a WebSocket on. It counts once, when its instance has switched protocols or has not; it occupies its instance
 * until it closes. It is tried once: the library ends the client's connection when an attempt fails.
 */
export function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, route: Route, parts: ExchangeParts) {
  const { proxy, selection, recorder } = parts
  const selected =
    selection.inRole(route.role, []) ?? (route.way === 'header' ? null : selection.elsewhere(route.role, []))
  if (!selected) return refuseUpgrade(socket, 503, 'Service Unavailable', `no instance of ${route.role} is healthy`)
  const run = startRun(selected, route, recorder, () => socket.destroy())
  const timer = setTimeout(() => {
    run.count('failed')
    refuseUpgrade(socket, 504, 'Gateway Timeout', `${selected.role} did not answer`)
  }, parts.responseTimeout)
  socket.once('close', () => {
    clearTimeout(timer)
    run.count('abandoned')
    run.release()
  })
  handlers.set(request, {
    switched() {
      clearTimeout(timer)
      run.count('answered')
    },
    answered(status) {
      clearTimeout(timer)
      run.count(status >= 500 ? 'failed' : 'answered')
    },
  })
  const target = { host: '127.0.0.1', port: selected.backend.port }
  proxy.ws(request, socket, head, { target }, error => {
    if ((error as NodeJS.ErrnoException).syscall === 'connect') selected.backend.suspect()
    if (socket.destroyed) return
    const first = run.count('failed')
    if (first) refuseUpgrade(socket, 502, 'Bad Gateway', `${selected.role} did not answer: ${error.message}`)
  })
}

interface Handlers {
  switched(): void
  answered(status: number): void
}

const handlers = new WeakMap<IncomingMessage, Handlers>()

export const upgradeHandlers = (request: IncomingMessage): Handlers | undefined => handlers.get(request)

/** Ends a connection that is no HTTP response object any more with a short JSON document. */
export function refuseUpgrade(socket: Duplex, status: number, reason: string, error: string): void {
  if (socket.destroyed || !socket.writable) return
  const body = `${JSON.stringify({ error })}\n`
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
