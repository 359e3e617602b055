import express, { type Request, type Response } from 'express'
import { maxBody } from './guards.ts'
import { Refusal } from './refusal.ts'

const parse = express.json({ limit: maxBody, inflate: false, strict: true, type: 'application/json', reviver })

/** The JSON body of a request; undefined when there is none. Everything that is not plain JSON is refused. */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  if (!hasBody(request)) return undefined
  if (!request.is('application/json')) throw new Refusal('unsupported-media-type', 'send JSON as application/json')
  await new Promise<void>((resolve, reject) =>
    parse(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(readable(error)))),
  )
  return request.body
}

function hasBody(request: Request): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

function reviver(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('the key __proto__ is not allowed')
  if (typeof value === 'string' && value.includes('\0')) throw new SyntaxError('a text has a NUL in it')
  return value
}

function readable(error: unknown): unknown {
  const isSyntax = error instanceof Error && 'type' in error && error.type === 'entity.parse.failed'
  if (!isSyntax) return error
  const message = `the body is not JSON: ${error.message}`
  return new Refusal('invalid-request', message, { errors: [{ pointer: '', line: null, column: null, message }] })
}
