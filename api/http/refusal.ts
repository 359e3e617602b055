import { type ProblemError, type ProblemKind, problemKinds } from '../contract/problem.ts'

/** The server says no: thrown anywhere while a request is handled, sent as a problem document. */
export class Refusal extends Error {
  readonly kind: ProblemKind
  readonly errors: readonly ProblemError[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    kind: ProblemKind,
    detail: string,
    extra: { errors?: readonly ProblemError[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail)
    this.name = 'Refusal'
    this.kind = kind
    this.errors = extra.errors ?? []
    this.headers = extra.headers ?? {}
  }

  get status(): number {
    return problemKinds[this.kind].status
  }
}

/** Something that has to be there is not, now; trying again soon makes sense. */
export function unavailable(detail: string, retryAfterSeconds = 2): Refusal {
  return new Refusal('unavailable', detail, { headers: { 'retry-after': String(retryAfterSeconds) } })
}
