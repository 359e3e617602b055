import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { JudgmentMessage } from '../messages.ts'
import { openDesk } from './desk.ts'

function stage(change: Partial<StageOf<'judgment'>> = {}): StageOf<'judgment'> {
  return {
    ...{ id: 'approve', type: 'judgment', approvals: 1, timeout: 60_000, onTimeout: 'reject', fourEyes: true },
    ...change,
  }
}

function deskOf(change: Partial<StageOf<'judgment'>> = {}) {
  return openDesk({ stage: stage(change), seen: 'h', startedBy: 'ann', now: () => 0, taken: () => {} })
}

function answer(by: string, change: Partial<JudgmentMessage> = {}): JudgmentMessage {
  return { by, stage: 'approve', decision: 'approve', seen: 'h', ...change }
}

describe('the desk of a judgment', () => {
  it('is decided by as many different people as it needs', () => {
    const desk = deskOf({ approvals: 2 })
    desk.take(answer('bob'))
    expect(desk.decided).toBe(false)
    expect(() => desk.take(answer('bob'))).toThrow('bob has approved already')
    desk.take(answer('cleo'))
    expect(desk.decided).toBe(true)
    expect(() => desk.take(answer('dan'))).toThrow('approve is decided already')
  })

  it('counts a person once, by whichever way they come', () => {
    const desk = deskOf({ approvals: 2 })
    desk.take(answer('bob', { subject: 'user:bob' }))
    expect(() => desk.take(answer('bob-token', { subject: 'user:bob' }))).toThrow('has approved already')
  })

  it('does not let whoever started the run approve it, but reject it', () => {
    const desk = deskOf()
    expect(() => desk.take(answer('ann'))).toThrow('ann started the run, so somebody else has to approve it')
    expect(() => desk.take(answer('token', { subject: 'ann' }))).toThrow('somebody else has to approve it')
    desk.take(answer('ann', { decision: 'reject', reason: 'my mistake' }))
    expect(desk.rejection?.by).toBe('ann')
  })

  it('lets them approve it where the pipeline says so, or by an override', () => {
    const [free, overridden] = [deskOf({ fourEyes: false }), deskOf()]
    free.take(answer('ann'))
    overridden.take(answer('ann', { override: true }))
    expect([free.decided, overridden.decided]).toEqual([true, true])
  })

  it('takes answers of its approvers only: names and roles', () => {
    const approvers = ['bob', 'role:sre']
    expect(() => deskOf({ approvers }).take(answer('cleo', { roles: ['dev', 'bob'] }))).toThrow(
      'cleo is none of its approvers: bob, role:sre',
    )
    const desk = deskOf({ approvers, approvals: 2 })
    desk.take(answer('bob'))
    desk.take(answer('cleo', { roles: ['sre'] }))
    expect(desk.decided).toBe(true)
    expect(() => deskOf({ approvers: ['sre'] }).take(answer('cleo', { roles: ['sre'] }))).toThrow(
      'none of its approvers',
    )
  })

  it('refuses an answer to something else than what it asks about', () => {
    expect(() => deskOf().take(answer('bob', { seen: 'old' }))).toThrow('is not what was looked at; look again')
  })

  it('wants a reason for a rejection, and one rejection decides', () => {
    const desk = deskOf({ approvals: 3 })
    expect(() => desk.take(answer('bob', { decision: 'reject', reason: '  ' }))).toThrow('a rejection needs a reason')
    desk.take(answer('bob', { decision: 'reject', reason: 'slow' }))
    expect(desk.decided).toBe(true)
    expect(() => desk.take(answer('cleo'))).toThrow('decided already')
  })

  it('checks the values that are given with an approval', () => {
    const inputs: NonNullable<StageOf<'judgment'>['inputs']> = {
      ticket: { type: 'text', maxLength: 8, required: true },
      percent: { type: 'number', min: 1, max: 50, required: false },
      region: { type: 'choice', options: ['eu', 'us'], required: false },
    }
    const given = (values: Record<string, string | number>) => () =>
      deskOf({ inputs }).take(answer('bob', { inputs: values }))
    expect(given({})).toThrow('the input "ticket" is missing')
    expect(given({ ticket: 'OPS-12345' })).toThrow('the input "ticket" must be text of at most 8 characters')
    expect(given({ ticket: 7 })).toThrow('must be text')
    expect(given({ ticket: 'OPS-1', percent: 51 })).toThrow('the input "percent" must be a number from 1 to 50')
    expect(given({ ticket: 'OPS-1', percent: Number.NaN })).toThrow('must be a number')
    expect(given({ ticket: 'OPS-1', region: 'asia' })).toThrow('the input "region" must be one of eu, us')
    expect(given({ ticket: 'OPS-1', other: 'x' })).toThrow('there is no input "other"; it has ticket, percent, region')
    expect(given({ ticket: 'OPS-1', toString: 'x' })).toThrow('there is no input "toString"')
    expect(given({ ticket: 'OPS-1', percent: 5, region: 'eu' })).not.toThrow()
    expect(() => deskOf().take(answer('bob', { inputs: { a: 1 } }))).toThrow('there is no input "a"; it has none')
  })

  it('is approved by no sequence of answers of the one who started the run, whoever else looks on', () => {
    const message = fc.record({
      by: fc.constantFrom('ann', 'ann-token', 'robot'),
      decision: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const),
      reason: fc.constantFrom('', 'because'),
      seen: fc.constantFrom('h', 'old'),
      roles: fc.subarray(['sre', 'dev']),
    })
    const approvers = fc.constantFrom<string[] | undefined>(undefined, ['ann', 'robot', 'role:sre'])
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        approvers,
        fc.integer({ min: 1, max: 3 }),
        (all, who, approvals) => {
          const desk = deskOf({ approvals, ...(who === undefined ? {} : { approvers: who }) })
          for (const one of all)
            try {
              desk.take({ stage: 'approve', ...one, subject: 'ann' })
            } catch {}
          expect(desk.approvals).toEqual([])
        },
      ),
    )
  })

  it('never counts more people than there were, whatever they say', () => {
    const message = fc.record({ by: fc.constantFrom('bob', 'cleo', 'dan', 'ann'), seen: fc.constantFrom('h', 'old') })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), (all, approvals) => {
        const desk = deskOf({ approvals })
        for (const one of all)
          try {
            desk.take(answer(one.by, one))
          } catch {}
        const people = new Set(all.filter(({ by, seen }) => seen === 'h' && by !== 'ann').map(({ by }) => by))
        expect(desk.approvals).toHaveLength(Math.min(people.size, approvals))
        expect(desk.decided).toBe(people.size >= approvals)
      }),
    )
  })
})
