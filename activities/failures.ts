/**
 * What an activity throws when it has no answer. Whether it is tried again is decided here, never where it is called.
 *
 * The message names the thing, the reason and what to do next; it is shown to people as it is.
 */
export abstract class Failure extends Error {
  abstract readonly kind: FailureKind

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** The thing does not exist here; asking again does not make it. */
export class NotFound extends Failure {
  readonly kind = 'NotFound'
}

/** The request makes no sense, whoever asks and whenever. */
export class Invalid extends Failure {
  readonly kind = 'Invalid'
}

/** Understood, and not done: a lower fence, or a change that would hurt. */
export class Refused extends Failure {
  readonly kind = 'Refused'
}

/** A release was tried and judged bad: it does not start, or never becomes healthy. */
export class ReleaseFailed extends Failure {
  readonly kind = 'ReleaseFailed'
}

/** Not now: something that should answer does not, or the work was interrupted. */
export class Unavailable extends Failure {
  readonly kind = 'Unavailable'
  /** Milliseconds after which it may be asked again, when it said so. */
  readonly retryAfter: number | null

  constructor(message: string, options: ErrorOptions & { retryAfter?: number | null } = {}) {
    super(message, options)
    this.retryAfter = options.retryAfter ?? null
  }
}

export type FailureKind = 'NotFound' | 'Invalid' | 'Refused' | 'ReleaseFailed' | 'Unavailable'

interface FailureMeaning {
  retried: boolean
  make(message: string): Failure
}

/** What each kind means for a retry, and how it is made again on the other side of a wire. */
export const failureKinds = {
  NotFound: { retried: false, make: message => new NotFound(message) },
  Invalid: { retried: false, make: message => new Invalid(message) },
  Refused: { retried: false, make: message => new Refused(message) },
  ReleaseFailed: { retried: false, make: message => new ReleaseFailed(message) },
  Unavailable: { retried: true, make: message => new Unavailable(message) },
} satisfies Record<FailureKind, FailureMeaning>
