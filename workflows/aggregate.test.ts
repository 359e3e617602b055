import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StageStatus } from '../pipeline/statuses.ts'
import { isFinal, stageStatuses } from '../pipeline/statuses.ts'
import { endStatus, runningStatus } from './aggregate.ts'

const statuses = Object.keys(stageStatuses) as StageStatus[]
const ended = fc.array(fc.constantFrom(...statuses.filter(isFinal)), { minLength: 1 })
const asked = fc.constantFrom('cancel' as const, 'rollback' as const, null)

describe('the status of a run', () => {
  it('is that of its most telling stage while it goes on', () => {
    expect(runningStatus(['succeeded', 'running', 'pending'], false)).toBe('running')
    expect(runningStatus(['succeeded', 'running', 'pending'], true)).toBe('paused')
    expect(runningStatus(['held', 'running'], true)).toBe('held')
    expect(runningStatus(['held', 'rolling-back'], false)).toBe('rolling-back')
    expect(runningStatus(['queued'], false)).toBe('running')
  })

  it('is that of its gravest stage when it has ended', () => {
    expect(endStatus(['succeeded', 'skipped'], null)).toBe('succeeded')
    expect(endStatus(['rolled-back', 'canceled', 'skipped'], null)).toBe('rolled-back')
    expect(endStatus(['rolled-back', 'errored'], null)).toBe('errored')
    expect(endStatus(['failed', 'canceled'], null)).toBe('failed')
  })

  it('is what people asked for, unless something could not be told or undone', () => {
    expect(endStatus(['rolled-back', 'skipped'], 'cancel')).toBe('canceled')
    expect(endStatus(['canceled', 'rolled-back'], 'rollback')).toBe('rolled-back')
    expect(endStatus(['errored'], 'cancel')).toBe('errored')
  })

  it('is succeeded when a cancel came too late to stop anything', () => {
    expect(endStatus(['succeeded', 'succeeded'], 'cancel')).toBe('succeeded')
    expect(endStatus(['succeeded', 'skipped'], 'cancel')).toBe('canceled')
  })

  it('is final when it has ended, and not before', () => {
    fc.assert(fc.property(ended, asked, (stages, asked) => isFinal(endStatus(stages, asked))))
    fc.assert(fc.property(fc.array(fc.constantFrom(...statuses)), stages => !isFinal(runningStatus(stages, false))))
  })

  it('is succeeded only when every stage succeeded or was skipped', () => {
    fc.assert(
      fc.property(ended, asked, (stages, asked) => {
        const good = stages.every(status => status === 'succeeded' || status === 'skipped')
        return endStatus(stages, asked) !== 'succeeded' || good
      }),
    )
  })
})
