import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QueueState } from './messages.ts'
import { emptyQueue, joinedQueue, leftQueue, toldQueue } from './run-queue.ts'

type WhenBusy = 'queue' | 'replace' | 'reject'

function joined(state: QueueState, execution: string, whenBusy: WhenBusy = 'queue', limit = 1): QueueState {
  return joinedQueue(state, { execution, limit, whenBusy }, 5)
}

function names({ running, waiting, refused }: QueueState) {
  const of = (all: readonly { execution: string }[]) => all.map(({ execution }) => execution).join(' ')
  return { running: of(running), waiting: of(waiting), refused: of(refused) }
}

describe('the queue of a pipeline', () => {
  it('lets as many begin as the limit says, and the others in order', () => {
    let state = ['a', 'b', 'c', 'd'].reduce((queue, run) => joined(queue, run, 'queue', 2), emptyQueue)
    expect(names(state)).toEqual({ running: 'a b', waiting: 'c d', refused: '' })
    state = leftQueue(state, 'a', 6)
    expect(names(state)).toEqual({ running: 'b c', waiting: 'd', refused: '' })
    expect(state.running[1]).toEqual({ execution: 'c', since: 6, told: false })
  })

  it('lets the newest wait instead of older ones, and never touches what runs', () => {
    const state = ['a', 'b', 'c'].reduce((queue, run) => joined(queue, run, 'replace'), emptyQueue)
    expect(names(state)).toEqual({ running: 'a', waiting: 'c', refused: 'b' })
    expect(state.refused).toEqual([{ execution: 'b', reason: 'c is newer' }])
  })

  it('refuses when it is busy, and says with whom', () => {
    const state = joined(joined(emptyQueue, 'a', 'reject'), 'b', 'reject')
    expect(names(state)).toEqual({ running: 'a', waiting: '', refused: 'b' })
    expect(state.refused[0]!.reason).toBe('it is busy with a, and its limit is 1')
  })

  it('takes a run once, however often it asks', () => {
    const state = joined(joined(emptyQueue, 'a'), 'b')
    expect(joined(joined(state, 'a'), 'b')).toBe(state)
  })

  it('holds under any sequence of runs that come, end and die', () => {
    const run = fc.constantFrom(...'abcdefgh')
    const command = fc.oneof(
      fc.record({ join: run, whenBusy: fc.constantFrom<WhenBusy>('queue', 'replace', 'reject') }),
      fc.record({ leave: run }),
      fc.record({ tell: run }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(command, { maxLength: 60 }), (limit, commands) => {
        let state = emptyQueue
        for (const one of commands) {
          const before = state
          if ('join' in one) state = joined(state, one.join, one.whenBusy, limit)
          else if ('leave' in one) state = leftQueue(state, one.leave, 7)
          else state = toldQueue(state, one.tell)
          const all = [...state.running, ...state.waiting, ...state.refused].map(({ execution }) => execution)
          expect(new Set(all).size).toBe(all.length)
          expect(state.running.length).toBeLessThanOrEqual(limit)
          // Nobody waits while there is room: whoever is first in line always gets on.
          if (state.waiting.length > 0) expect(state.running.length).toBe(limit)
          // What runs goes on until it ends itself, and those who wait keep their order.
          const ended = 'leave' in one ? one.leave : null
          for (const { execution } of before.running)
            if (execution !== ended) expect(state.running.map(each => each.execution)).toContain(execution)
          const still = before.waiting.filter(({ execution }) => all.includes(execution)).map(each => each.execution)
          const order = [...state.running, ...state.waiting].map(each => each.execution)
          expect(order.filter(execution => still.includes(execution))).toEqual(
            still.filter(execution => order.includes(execution)),
          )
        }
      }),
      { numRuns: 300 },
    )
  })
})
