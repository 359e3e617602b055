import { describe, expect, it } from 'vitest'
import type { LockRequest } from '../activities/requests.ts'
import type { ExecutionEvent } from '../pipeline/execution.ts'
import type { RecordBatch } from '../store/store.ts'
import { createOutbox } from './outbox.ts'
import type { LettingGo } from './recorder.ts'
import { createRecorder, lingerFor } from './recorder.ts'
import type { World } from './world.ts'

function event(sequence: number): ExecutionEvent {
  return { execution: 'e', sequence, at: '2026-01-01T00:00:00.000Z', kind: 'stage.status', data: {} }
}

interface SetUp {
  yields: boolean
  settled(): Promise<void>
  lettingGo(): LettingGo | null
}

/** A record activity that ends when it is told to. */
function setUp({ yields = false, settled, lettingGo }: Partial<SetUp> = {}) {
  const calls: { batch: RecordBatch; linger: number; locks: number | null; end: (letGo?: number) => void }[] = []
  let now = 0
  const record = (batch: RecordBatch, linger: number, locks?: readonly LockRequest[]) =>
    new Promise<number>(resolve => {
      const end = (letGo = locks?.length ?? 0) => resolve(letGo)
      calls.push({ batch, linger, locks: locks?.length ?? null, end })
    })
  const world = {
    now: () => now,
    sleep: async () => {},
    patient: { record } as unknown as World['patient'],
    shielded: <T>(work: () => Promise<T>) => work(),
  }
  const outbox = createOutbox()
  const recorder = createRecorder(world, outbox, {
    linger: 250,
    snapshot: () => ({ execution: null, sequence: 7 }),
    yields: () => yields,
    ...(settled === undefined ? {} : { settled }),
    ...(lettingGo === undefined ? {} : { lettingGo }),
  })
  const add = (sequence: number) => {
    outbox.add(event(sequence))
    recorder.wake()
  }
  const sequences = () => calls.map(({ batch }) => batch.events.map(one => one.sequence))
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  return { calls, recorder, outbox, add, sequences, pass }
}

const turns = () => new Promise(resolve => setImmediate(resolve))

describe('a recorder', () => {
  it('writes at once what happens at one moment, and then one batch at a time', async () => {
    const { calls, add, sequences } = setUp()
    add(1)
    add(2)
    await turns()
    expect(sequences()).toEqual([[1, 2]])
    add(3)
    add(4)
    await turns()
    expect(calls).toHaveLength(1)
    calls[0]!.end()
    await turns()
    expect(sequences()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(calls.map(({ linger }) => linger)).toEqual([250, 250])
  })

  it('flushes everything without waiting for the batch that lingers', async () => {
    const { calls, recorder, add, sequences } = setUp()
    add(1)
    await turns()
    add(2)
    let flushed = false
    const flush = recorder.flush().then(() => {
      flushed = true
    })
    await turns()
    expect(sequences().at(-1)).toEqual([1, 2])
    expect(calls.at(-1)!.linger).toBe(0)
    calls.at(-1)!.end()
    await flush
    expect(flushed).toBe(true)
  })

  it('leaves what is there to a flush, and goes on with what comes after', async () => {
    const { calls, recorder, add, sequences } = setUp({ yields: true })
    add(1)
    const flush = recorder.flush()
    await turns()
    expect(calls.map(({ linger }) => linger)).toEqual([0])
    add(2)
    calls[0]!.end()
    await turns()
    calls[1]!.end()
    await flush
    add(3)
    await turns()
    expect(sequences()).toEqual([[1], [2], [3]])
    expect(calls.map(({ linger }) => linger)).toEqual([0, 0, 250])
  })

  it('leaves to what acts what goes along with it, until that has ended', async () => {
    const { calls, recorder, outbox, add, sequences } = setUp({ settled: async () => void (await turns()) })
    add(1)
    const carried = outbox.carry()!
    await turns()
    await turns()
    expect(calls).toEqual([])
    add(2)
    await turns()
    await turns()
    expect(sequences()).toEqual([[1, 2]])
    calls[0]!.end()
    await turns()
    add(3)
    const again = outbox.carry()!
    await turns()
    await turns()
    carried.done()
    again.done()
    recorder.wake()
    await turns()
    await turns()
    expect(sequences()).toEqual([[1, 2], [3]])
  })

  it.each([
    ['says', 1, true],
    ['does not say, being of a version before,', undefined, false],
  ])(
    'takes locks that are let go along with a flush, not with what lingers, and tells whether it %s so',
    async (_, letGo, expected) => {
      const locks = [{ target: 'eu', service: 'checkout', execution: 'e', claim: 'deploy' }]
      const told: boolean[] = []
      const { calls, recorder, add } = setUp({ lettingGo: () => ({ locks, done: isLetGo => void told.push(isLetGo) }) })
      add(1)
      await turns()
      const flush = recorder.flush()
      await turns()
      expect(calls.map(call => call.locks)).toEqual([null, 1])
      expect(told).toEqual([])
      calls[1]!.end(letGo ?? Number.NaN)
      await flush
      expect(told).toEqual([expected])
    },
  )

  it('is done at once when there is nothing', async () => {
    const { calls, recorder } = setUp()
    await recorder.flush()
    expect(calls).toEqual([])
  })

  it('takes one slow record for chance, and lingers longer when the next is slow, too', async () => {
    const { calls, add, pass } = setUp()
    for (const slowness of [5_000, 10, 200, 5_000, 5_000, 0]) {
      add(calls.length + 1)
      await turns()
      pass(calls.at(-1)!.linger + slowness)
      add(calls.length + 1)
      calls.at(-1)!.end()
      await turns()
    }
    expect(calls.map(({ linger }) => linger)).toEqual([250, 250, 250, 250, 400, 2_000, 250])
  })

  it('keeps an event under a second as long as the system answers in half of one', () => {
    for (let overhead = 0; overhead < 500; overhead += 1)
      expect(lingerFor(overhead, 250) + overhead).toBeLessThan(1_000)
    expect([501, 5_000].map(overhead => lingerFor(overhead, 250))).toEqual([2_000, 2_000])
  })
})
