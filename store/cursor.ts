import { InvalidCursor } from './errors.ts'

/** Where a list of executions goes on: after this one, newest first. */
export interface ExecutionPlace {
  createdAt: string
  id: string
}

/** Cursors are opaque to callers, so their form may change: base64url of a JSON array that begins with the list's name. */
export function executionCursor(place: ExecutionPlace): string {
  return encode(['executions', place.createdAt, place.id])
}

/** @throws InvalidCursor */
export function parseExecutionCursor(cursor: string): ExecutionPlace {
  const [list, createdAt, id] = decode(cursor)
  if (list !== 'executions' || typeof createdAt !== 'string' || typeof id !== 'string') throw new InvalidCursor(cursor)
  if (!isTimestamp(createdAt) || id === '' || id.includes('\0')) throw new InvalidCursor(cursor)
  return { createdAt, id }
}

export function auditCursor(sequence: number): string {
  return encode(['audit', sequence])
}

/** @throws InvalidCursor */
export function parseAuditCursor(cursor: string): number {
  const [list, sequence] = decode(cursor)
  if (list !== 'audit' || !Number.isSafeInteger(sequence)) throw new InvalidCursor(cursor)
  return sequence as number
}

function encode(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function decode(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parts)) return parts
  } catch {
    // Not JSON: the same answer as JSON of another form.
  }
  throw new InvalidCursor(cursor)
}

function isTimestamp(text: string): boolean {
  const time = Date.parse(text)
  return Number.isFinite(time) && new Date(time).toISOString() === text
}
