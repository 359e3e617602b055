import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { problemKinds, problemType } from '../contract/problem.ts'
import type { KeyPair } from './tls.ts'

export interface Listening {
  port: number
  /** Takes no more requests, ends open streams, and resolves when the last answer is out (5 s at most). */
  close(): Promise<void>
  /** From now on new connections get this one. */
  useKeyPair(pair: KeyPair): void
}

export interface Patience {
  /** Milliseconds until the headers have to be there, and until the whole request has; answers may take longer. */
  headers: number
  request: number
}

const usual: Patience = { headers: 10_000, request: 20_000 }
const lastWords = 5_000

interface ListenOptions {
  patience?: Patience
  /** Null serves in the clear. */
  pair?: KeyPair | null
}

/** Serves HTTP on one address, over TLS with a pair. Rejects with the system's error when the port cannot be had. */
export async function listen(
  app: RequestListener,
  host: string,
  port: number,
  { patience = usual, pair = null }: ListenOptions = {},
): Promise<Listening> {
  const { headers: headersTimeout, request: requestTimeout } = patience
  const connectionsCheckingInterval = Math.min(2_000, requestTimeout / 4)
  const limits = { headersTimeout, requestTimeout, connectionsCheckingInterval }
  const secure = pair === null ? null : createTlsServer({ ...limits, ...pair, minVersion: 'TLSv1.2' }, app)
  const server: Server | TlsServer = secure ?? createServer(limits, app)
  server.keepAliveTimeout = 60_000
  server.maxConnections = 2_000
  server.on('clientError', refuseRaw)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server),
    useKeyPair: fresh => secure?.setSecureContext({ ...fresh, minVersion: 'TLSv1.2' }),
  }
}

function close(server: Server | TlsServer): Promise<void> {
  return new Promise(resolve => {
    const impatient = setTimeout(() => server.closeAllConnections(), lastWords)
    server.close(() => {
      clearTimeout(impatient)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** What is not even HTTP, or does not arrive in time, gets its problem document without express. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [kind, reason] = kindOfRaw(error.code)
  const { status, title } = problemKinds[kind]
  const body = JSON.stringify({ type: problemType(kind), title, status, detail: reason, requestId: '', errors: [] })
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function kindOfRaw(code: string | undefined): ['request-timeout' | 'payload-too-large' | 'invalid-request', string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['request-timeout', 'the request did not arrive in time']
  if (code === 'HPE_HEADER_OVERFLOW') return ['payload-too-large', 'the headers are too large']
  return ['invalid-request', 'this is not valid HTTP']
}
