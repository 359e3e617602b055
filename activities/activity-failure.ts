import { ApplicationFailure } from '@temporalio/common'
import { Failure, failureKinds, Unavailable } from './failures.ts'

/**
 * Turns whatever an activity threw into what Temporal understands: `type` is the kind. Errors of Temporal itself
 * (cancellation above all) pass unchanged; anything unknown is a bug or the weather, and is retried.
 */
export function toActivityFailure(error: unknown): unknown {
  if (!(error instanceof Failure)) return error
  return ApplicationFailure.create({
    message: error.message,
    type: error.kind,
    nonRetryable: !failureKinds[error.kind].retried,
    cause: error,
    ...(error instanceof Unavailable && error.retryAfter !== null ? { nextRetryDelay: error.retryAfter } : {}),
  })
}
