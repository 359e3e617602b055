/**
 * PostgreSQL's wire protocol, version 3, as far as it must be understood to pass it on: after the start-up packet, both
 * sides send messages of one type byte, a length that counts itself, and a body.
 */

export interface Frames {
  messages: Buffer[]
  /** The beginning of a message that has not arrived whole. */
  rest: Buffer
}

/** @throws RangeError when it cannot be this protocol. */
export function splitFrames(bytes: Buffer): Frames {
  const messages: Buffer[] = []
  let at = 0
  while (bytes.length - at >= 5) {
    const end = at + 1 + checkedLength(bytes.readInt32BE(at + 1))
    if (end > bytes.length) break
    messages.push(bytes.subarray(at, end))
    at = end
  }
  return { messages, rest: bytes.subarray(at) }
}

/** The first packet of a connection, which has no type byte; null when it has not arrived whole. */
export function startupPacket(bytes: Buffer): { code: number; rest: Buffer } | null {
  if (bytes.length < 8) return null
  const length = checkedLength(bytes.readInt32BE(0))
  if (length > bytes.length) return null
  return { code: bytes.readInt32BE(4), rest: bytes.subarray(length) }
}

function checkedLength(length: number): number {
  if (length >= 4 && length <= 256 * 1024 * 1024) return length
  throw new RangeError(`a message of ${length} bytes`)
}

export const startupCodes = { version3: 3, cancel: 80877102, tls: 80877103, gss: 80877104 }

export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0]!)
}

/** Client messages after which the server answers: simple query, function call, Sync, Flush, and the end of a COPY. */
export function asksForAnswer(message: Buffer): boolean {
  return 'QFSHcf'.includes(typeOf(message))
}

/** `I` idle, `T` in a transaction, `E` in one that failed; null when the answer is not complete. */
export function statusAfter(answer: readonly Buffer[]): string | null {
  const ready = answer.findLast(message => typeOf(message) === 'Z')
  return ready === undefined ? null : String.fromCharCode(ready[5]!)
}

/** The text of a simple query or of a statement that is parsed; null for other messages. */
export function statementOf(message: Buffer): string | null {
  const body = message.subarray(5)
  if (typeOf(message) === 'Q') return cString(body)
  if (typeOf(message) === 'P') return cString(body.subarray(body.indexOf(0) + 1))
  return null
}

function cString(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.indexOf(0))
}

/** SQLSTATE of an ErrorResponse; null for other messages. */
export function errorCode(message: Buffer): string | null {
  if (typeOf(message) !== 'E') return null
  const fields = message.toString('utf8', 5).split('\0')
  return fields.find(field => field.startsWith('C'))?.slice(1) ?? null
}

/** The rows of an answer as text, one array of columns each. */
export function rowsOf(answer: readonly Buffer[]): (string | null)[][] {
  return answer.filter(message => typeOf(message) === 'D').map(columnsOf)
}

function columnsOf(row: Buffer): (string | null)[] {
  let at = 7
  return Array.from({ length: row.readInt16BE(5) }, () => {
    const length = row.readInt32BE(at)
    const value = length < 0 ? null : row.toString('utf8', at + 4, at + 4 + length)
    at += 4 + Math.max(0, length)
    return value
  })
}

export function errorResponse(severity: 'ERROR' | 'FATAL', code: string, text: string): Buffer {
  return frame('E', `S${severity}\0V${severity}\0C${code}\0M${text}\0\0`)
}

export function query(statement: string): Buffer {
  return frame('Q', `${statement}\0`)
}

export const sync = frame('S', '')

/** A start-up packet for any user: who may open the socket may do everything. */
export const startup = (() => {
  const parameters = Buffer.from('user\0slipway\0database\0postgres\0client_encoding\0UTF8\0\0')
  const packet = Buffer.alloc(8 + parameters.length)
  packet.writeInt32BE(packet.length, 0)
  packet.writeInt32BE(startupCodes.version3 << 16, 4)
  parameters.copy(packet, 8)
  return packet
})()

function frame(type: string, body: string): Buffer {
  const content = Buffer.from(body)
  const message = Buffer.alloc(5 + content.length)
  message.write(type)
  message.writeInt32BE(4 + content.length, 1)
  content.copy(message, 5)
  return message
}
