import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { CannotOpen, InvalidCursor, StoreUnavailable } from '../../store/errors.ts'
import { type Problem, type ProblemKind, problemKinds, problemType } from '../contract/problem.ts'
import { EngineUnavailable } from '../engine/engine.ts'
import { Refusal, unavailable } from './refusal.ts'

/** Turns whatever was thrown into a problem document; only what was meant for the caller gets into it. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    if (response.headersSent) {
      // Too late for words: a cut connection is what tells the caller that the answer is not whole.
      log.warn({ err: error, requestId: request.id, path: request.path }, 'an answer was cut off')
      response.destroy()
      return
    }
    const refusal = asRefusal(error)
    if (refusal.kind === 'internal')
      log.error({ err: error, requestId: request.id, method: request.method, path: request.path }, 'request failed')
    sendProblem(response, refusal)
  }
}

export function sendProblem(response: Response, refusal: Refusal): void {
  response
    .status(refusal.status)
    .set({ ...refusal.headers, 'cache-control': 'no-store' })
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(refusal, response.req.id)))
}

export function problemDocument(refusal: Refusal, requestId: string): Problem {
  return {
    type: problemType(refusal.kind),
    title: problemKinds[refusal.kind].title,
    status: refusal.status,
    detail: refusal.message,
    requestId,
    errors: [...refusal.errors],
  }
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof InvalidCursor) return new Refusal('invalid-request', error.message)
  if (error instanceof StoreUnavailable) return unavailable('the store cannot be reached; nothing was changed')
  if (error instanceof CannotOpen) return unavailable(`what is stored cannot be read here: ${error.message}`)
  if (error instanceof EngineUnavailable) return unavailable(error.message)
  return fromExpress(error) ?? new Refusal('internal', 'see the log of the server for this request id')
}

/** Errors of express and its body parser carry a status below 500 when the request is at fault. */
const byStatus: Readonly<Record<number, ProblemKind>> = {
  400: 'invalid-request',
  408: 'request-timeout',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
}

function fromExpress(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !('status' in error)) return null
  const kind = byStatus[Number(error.status)]
  return kind === undefined ? null : new Refusal(kind, error.message)
}
