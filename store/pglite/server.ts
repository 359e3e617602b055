import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import {
  asksForAnswer,
  errorResponse,
  splitFrames,
  startupCodes,
  startupPacket,
  statementOf,
  typeOf,
} from './frames.ts'
import type { Client, Session } from './session.ts'

export interface Listeners {
  add(client: Client): void
  tell(message: Buffer): void
  remove(client: Client): void
}

/** Who asked to LISTEN, to whatever channel: a client looks at the name, and the session is one for all. */
export function notificationListeners(): Listeners {
  const clients = new Set<Client>()
  return {
    add: client => clients.add(client),
    remove: client => clients.delete(client),
    tell(message) {
      for (const client of clients) client.answer([message])
    },
  }
}

/** Speaks PostgreSQL's protocol. `greeting` is what the engine answers to a start-up packet: the same for everyone. */
export function serve(session: Session, listeners: Listeners, greeting: Buffer): Server {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    welcome(socket, greeting, early => converse(socket, early, session, listeners))
  })
  server.maxConnections = 500
  return server
}

/** No encryption and no password: the socket's file mode says who may connect. */
function welcome(socket: Socket, greeting: Buffer, onReady: (early: Buffer) => void) {
  let bytes: Buffer = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    const packet = parse(() => startupPacket(bytes), socket)
    if (packet === null) return
    bytes = packet.rest
    if (packet.code === startupCodes.tls || packet.code === startupCodes.gss) return void socket.write('N')
    if (packet.code >> 16 !== startupCodes.version3) return void socket.destroy()
    socket.off('data', onData)
    socket.write(greeting)
    onReady(bytes)
  }
  socket.on('data', onData)
}

function converse(socket: Socket, early: Buffer, session: Session, listeners: Listeners) {
  let bytes: Buffer = Buffer.alloc(0)
  let request: Buffer[] = []
  const client: Client = {
    answer: messages => void (socket.writable && socket.write(Buffer.concat(messages))),
    dismiss: error => void socket.end(error),
  }

  function onData(chunk: Buffer) {
    const frames = parse(() => splitFrames(Buffer.concat([bytes, chunk])), socket)
    if (frames === null) return
    bytes = frames.rest
    for (const message of frames.messages) onMessage(message)
  }

  function onMessage(message: Buffer) {
    if (typeOf(message) === 'X') return void socket.end()
    const statement = statementOf(message) ?? ''
    if (/^\s*copy\s[^;]*\bfrom\s+stdin\b/i.test(statement)) return client.dismiss(noCopy)
    if (/^\s*listen\s/i.test(statement)) listeners.add(client)
    request.push(message)
    if (!asksForAnswer(message)) return
    session.ask(client, Buffer.concat(request))
    request = []
  }

  socket.on('close', () => {
    listeners.remove(client)
    session.leave(client)
  })
  socket.on('data', onData)
  onData(early)
}

/** PGlite has all of a request before it begins, so one that asks for more would end it. */
const noCopy = errorResponse('FATAL', '0A000', 'the embedded store knows no COPY FROM STDIN')

/** Whoever speaks something else is hung up on. */
function parse<T>(read: () => T, socket: Socket): T | null {
  try {
    return read()
  } catch {
    socket.destroy()
    return null
  }
}
