import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { abandoned, freeLock, granted, joined, keptWarm, left } from './lock-queue.ts'
import type { LockState } from './messages.ts'
import { fenceStep } from './world.ts'

const a = { execution: 'a', claim: 'deploy' }
const b = { execution: 'b', claim: 'deploy' }

describe('the line at a lock', () => {
  it('is served in order, one at a time', () => {
    let state = granted(joined(joined(freeLock, a, 1), b, 2), 3)
    expect(state.holder).toMatchObject({ ...a, since: 3 })
    expect(granted(state, 4)).toEqual(state)
    state = granted(left(state, a), 5)
    expect(state.holder).toMatchObject(b)
    expect(state.queue).toEqual([])
  })

  it('has every claim once, whether it waits or holds', () => {
    const waiting = joined(joined(freeLock, a, 1), a, 2)
    expect(waiting.queue).toHaveLength(1)
    expect(joined(granted(waiting, 3), a, 4).queue).toEqual([])
  })

  it('tells claims of one execution apart', () => {
    const two = joined(joined(freeLock, a, 1), { ...a, claim: 'deploy/rollback' }, 2)
    expect(two.queue).toHaveLength(2)
  })

  it('lets only the holder keep something warm, and forgets it when the holder leaves', () => {
    const held = granted(joined(joined(freeLock, a, 1), b, 2), 3)
    expect(keptWarm(held, b, 99).warmUntil).toBeNull()
    const warm = keptWarm(held, a, 99)
    expect(warm.warmUntil).toBe(99)
    expect(left(warm, a).warmUntil).toBeNull()
    expect(abandoned(warm, 5)).toMatchObject({ holder: null, warmUntil: 99 })
  })

  it('gives fences that only go up, also above those of a lock that was forgotten', () => {
    const step = fc.tuple(fc.constantFrom('join', 'grant', 'leave', 'abandon'), fc.constantFrom(a, b), fc.nat(10_000))
    fc.assert(
      fc.property(fc.array(step), steps => {
        let state: LockState = freeLock
        let now = 1_700_000_000_000
        for (const [verb, claim, later] of steps) {
          now += later
          const before = state
          if (verb === 'join') state = joined(state, claim, now)
          if (verb === 'grant') state = granted(state, now)
          if (verb === 'leave') state = left(state, claim)
          if (verb === 'abandon' && state.holder !== null) state = abandoned(state, now)
          const isNew = state.fence !== before.fence
          if (isNew && !(state.fence >= before.fence + fenceStep && state.fence >= now)) return false
        }
        return true
      }),
    )
  })
})
