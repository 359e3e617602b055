import { ApplicationFailure } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { toActivityFailure } from './activity-failure.ts'
import { type Failure, type FailureKind, failureKinds, Refused, Unavailable } from './failures.ts'

describe('a failure thrown out of an activity', () => {
  it('keeps its kind and its words', () => {
    const failure = toActivityFailure(new Refused('checkout on eu: fence 3 is lower than 7'))
    expect(failure).toBeInstanceOf(ApplicationFailure)
    expect(failure).toMatchObject({ type: 'Refused', message: 'checkout on eu: fence 3 is lower than 7' })
  })

  it('is retried only when it may go away by itself', () => {
    const retried = Object.entries(failureKinds).map(([kind, meaning]) => {
      const failure = toActivityFailure(meaning.make('x')) as ApplicationFailure
      return [kind, !failure.nonRetryable]
    })
    expect(Object.fromEntries(retried)).toEqual({
      NotFound: false,
      Invalid: false,
      Refused: false,
      ReleaseFailed: false,
      Unavailable: true,
    })
  })

  it('leaves errors of others alone', () => {
    const error = new TypeError('not ours')
    expect(toActivityFailure(error)).toBe(error)
  })

  it('is made again from its kind', () => {
    const failure: Failure = failureKinds['Unavailable' satisfies FailureKind].make('later')
    expect(failure).toBeInstanceOf(Unavailable)
  })
})
