import type { Principal } from '../auth/principal.ts'
import type { Operation } from '../contract/routes.ts'
import type { Body, Headers, Params, Query, Result } from '../contract/types.ts'

/** One request, already checked: who, what, and until when it matters. */
export interface Call<O extends Operation> {
  params: Params<O>
  query: Query<O>
  headers: Headers<O>
  body: Body<O>
  /** The bytes of the body, of operations that take them. */
  raw: Buffer | null
  /** Null on public operations only. */
  principal: Principal | null
  requestId: string
  /** Aborts when the caller has gone or the server stops. */
  signal: AbortSignal
  /** Of the connection. */
  address: string
  /** Value of a cookie, if it was sent. */
  cookie(name: string): string | null
}

export interface Answer<O extends Operation> {
  body: Result<O>
  headers?: Readonly<Record<string, string | string[]>>
  /** Instead of the operation's usual one. */
  status?: number
}

export type Handler<O extends Operation> = (call: Call<O>) => Promise<Answer<O>>

/** Operations that answer once; the event stream writes by itself. */
export type Answered = Exclude<Operation, 'streamEvents'>

export type Handlers = { readonly [O in Answered]: Handler<O> }

/** The caller of an operation that is not public. */
export function callerOf(call: { principal: Principal | null }): Principal {
  if (call.principal === null) throw new Error('an operation that needs a principal was mounted as public')
  return call.principal
}
