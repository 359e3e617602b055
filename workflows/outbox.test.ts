import { describe, expect, it } from 'vitest'
import type { EventKind, ExecutionEvent } from '../pipeline/execution.ts'
import { createOutbox } from './outbox.ts'

function event(sequence: number, kind: EventKind = 'stage.progress', padding = ''): ExecutionEvent {
  return { execution: 'e', sequence, at: '2026-01-01T00:00:00.000Z', kind, data: { padding } }
}

const big = 'x'.repeat(1_000)

describe('an outbox', () => {
  it('hands out the oldest events until they are recorded', () => {
    const outbox = createOutbox()
    outbox.add(event(1))
    outbox.add(event(2))
    const batch = outbox.next()!
    outbox.add(event(3))
    expect(batch.events.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(outbox.next()!.events).toHaveLength(3)
    outbox.recorded(batch)
    expect(outbox.next()!.events.map(({ sequence }) => sequence)).toEqual([3])
    outbox.recorded(outbox.next()!)
    expect(outbox.next()).toBeNull()
  })

  it('hands out no more than a payload can carry, and never nothing', () => {
    const outbox = createOutbox()
    for (let i = 1; i <= 100; i++) outbox.add(event(i, 'stage.status', big))
    expect(JSON.stringify(outbox.next()!.events).length).toBeLessThan(34_000)
    const alone = createOutbox()
    alone.add(event(1, 'stage.status', 'x'.repeat(50_000)))
    expect(alone.next()!.events).toHaveLength(1)
  })

  it('keeps what is carried until it is recorded, and gives it to one carrier at a time', () => {
    const outbox = createOutbox()
    outbox.add(event(1))
    const carried = outbox.carry()!
    expect([outbox.carry(), outbox.waits]).toEqual([null, false])
    outbox.add(event(2))
    expect(outbox.waits).toBe(true)
    expect(outbox.carry()!.events.map(({ sequence }) => sequence)).toEqual([2])
    expect(outbox.next()!.events).toHaveLength(2)
    carried.done()
    expect(outbox.waits).toBe(true)
    expect(outbox.carry()!.events.map(({ sequence }) => sequence)).toEqual([1])
  })

  it('does not let much be carried without being recorded', () => {
    const outbox = createOutbox()
    for (let i = 1; i <= 10; i++) outbox.add(event(i, 'stage.progress', big))
    outbox.carry()
    expect(outbox.waits).toBe(true)
  })

  it('drops the oldest progress when it is full, counts it, and never drops a change of status', () => {
    const outbox = createOutbox(10_000)
    for (let i = 1; i <= 100; i++) outbox.add(event(i, i % 10 === 0 ? 'stage.status' : 'stage.progress', big))
    const kept = outbox.drain().map(({ event }) => event)
    expect(kept.filter(({ kind }) => kind === 'stage.status')).toHaveLength(10)
    expect(outbox.dropped).toBe(100 - kept.length)
    expect(outbox.dropped).toBeGreaterThan(80)
  })

  it('recording what was dropped meanwhile does no harm', () => {
    const outbox = createOutbox(3_000)
    outbox.add(event(1, 'stage.progress', big))
    const batch = outbox.next()!
    for (let i = 2; i <= 5; i++) outbox.add(event(i, 'stage.progress', big))
    outbox.recorded(batch)
    expect(outbox.next()!.events.at(-1)!.sequence).toBe(5)
  })
})
