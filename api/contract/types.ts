import type { z } from 'zod'
import type { Operation, routes } from './routes.ts'

/** What the schemas of an operation mean to those who call it (input) and to those who answer it (parsed). */

type R<O extends Operation> = (typeof routes)[O]

export type Params<O extends Operation> = z.output<R<O>['params']>
export type Query<O extends Operation> = z.output<R<O>['query']>
export type Headers<O extends Operation> = z.output<R<O>['headers']>
export type Body<O extends Operation> = R<O>['body'] extends z.ZodType ? z.output<R<O>['body']> : null

/** What a handler returns; the schema keeps what may leave the server. */
export type Result<O extends Operation> = z.input<R<O>['success']['schema']>

/** What a caller gets. */
export type Output<O extends Operation> = z.output<R<O>['success']['schema']>

/** A body with a default may be left out. */
type BodyInput<O extends Operation> = R<O>['body'] extends z.ZodPrefault
  ? { body?: z.input<R<O>['body']> }
  : R<O>['body'] extends z.ZodType
    ? { body: z.input<R<O>['body']> }
    : unknown
/** Headers that a caller of the operation may send. */
type KeyInput<O extends Operation> = O extends 'startExecution'
  ? { idempotencyKey?: string }
  : O extends 'judgeStage'
    ? { seen: string; approvalLink?: string }
    : O extends 'getApprovalLink'
      ? { approvalLink: string }
      : 'if-match' extends keyof Headers<O>
        ? { ifMatch?: string }
        : unknown

/** An empty object of zod would forbid every other key when put together with more. */
type Keys<T> = string extends keyof T ? unknown : T

/** Path and query parameters side by side, the body under `body`. */
export type Input<O extends Operation> = Keys<z.input<R<O>['params']>> &
  Keys<z.input<R<O>['query']>> &
  BodyInput<O> &
  KeyInput<O>
