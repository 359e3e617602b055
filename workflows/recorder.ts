import type { LockRequest } from '../activities/requests.ts'
import type { Execution } from '../pipeline/execution.ts'
import type { RecordBatch } from '../store/store.ts'
import type { Outbox } from './outbox.ts'
import type { World } from './world.ts'

/**
 * Brings what is in the outbox to the store, one batch at a time, in the background: nothing that acts ever waits for it.
 *
 * The activity lingers after writing, so that while much happens there is one batch every `linger` milliseconds instead of
 * one an event, without a timer; the first event after a quiet time is written at once. When the system is slow it lingers
 * longer (`lingerFor`).
 */
export interface Recorder {
  /** There is something new. */
  wake(): void
  /** Resolves when all of the outbox is in the store, however long that takes. */
  flush(): Promise<void>
}

export interface Snapshot {
  execution: Execution | null
  /** Of the newest event that the snapshot contains. */
  sequence: number
}

/** Locks that a record lets go. */
export interface LettingGo {
  locks: readonly LockRequest[]
  /** Called once, with whether they are. */
  done(isLetGo: boolean): void
}

export interface RecorderOptions {
  /** Milliseconds. */
  linger: number
  snapshot: () => Snapshot
  /**
   * Whether nothing is sent to linger while a flush is under way: an activity that ends when the run does comes between the
   * run and its end, and the worker reads all of it anew.
   */
  yields?: () => boolean
  /**
   * Resolves when all that happens at this moment has happened, for runs whose events go along with what acts; null for others.
   * What goes along needs no record of its own before whatever carries it has ended.
   */
  settled?: () => Promise<void> | null
  /** What is let go at this moment, and a flush takes along. */
  lettingGo?: () => LettingGo | null
}

const pause = 1_000

export function createRecorder(
  world: Pick<World, 'now' | 'sleep' | 'patient' | 'shielded'>,
  outbox: Outbox,
  options: RecorderOptions,
): Recorder {
  let awake = false
  let linger = options.linger
  let before = 0
  let flushing: Promise<void> | null = null
  const settledNow = () => options.settled?.() ?? null

  const write = async (lingering: number): Promise<boolean> => {
    const batch = outbox.next()
    if (batch === null) return false
    const began = world.now()
    const { execution, sequence } = options.snapshot()
    const { events, evidence } = batch
    const written: RecordBatch = { snapshot: execution, sequence, events, evidence }
    const going = lingering === 0 ? (options.lettingGo?.() ?? null) : null
    if (going === null) await world.patient.record(written, lingering)
    else await recordLettingGo(written, going)
    outbox.recorded(batch)
    if (lingering > 0) adapt(world.now() - began - lingering)
    return true
  }

  /** A worker of a version before does not let go, and does not say so. */
  const recordLettingGo = async (batch: RecordBatch, { locks, done }: LettingGo) => {
    let letGo = 0
    try {
      letGo = await world.patient.record(batch, 0, locks)
    } finally {
      done(letGo === locks.length)
    }
  }

  /** One slow record is chance: the first of a worker, a pause of the machine. Two in a row are a slow system. */
  const adapt = (overhead: number) => {
    linger = lingerFor(Math.min(overhead, before), options.linger)
    before = overhead
  }

  const writeAll = async (): Promise<void> => {
    do {
      if (flushing !== null) await flushing
      await write(linger)
      // What came in this very moment has woken nobody.
    } while (outbox.next() !== null)
  }

  const writeWaiting = async (settled: Promise<void> | null): Promise<void> => {
    do {
      await settled
      if (flushing !== null) await flushing
      if (outbox.waits) await write(linger)
      settled = settledNow()
    } while (outbox.waits)
  }

  const work = async () => {
    try {
      const settled = settledNow()
      if (settled !== null) return await writeWaiting(settled)
      // Lets everything that happens at this very moment into the first batch.
      await Promise.resolve()
      if (options.yields?.()) await writeAll()
      else while (await write(linger));
    } finally {
      awake = false
    }
  }

  /** The activity itself is tried again for ever; this is for when somebody ends it by hand. */
  const untilEmpty = async (): Promise<void> => {
    for (;;)
      try {
        while (await write(0));
        return
      } catch {
        await world.sleep(pause)
      }
  }

  return {
    wake() {
      if (awake) return
      awake = true
      // What it could not write stays in the outbox, for the next time.
      world.shielded(work).catch(() => {})
    },
    // Does not wait for the batch that lingers: it is sent again, which the store takes as done.
    flush() {
      flushing ??= world.shielded(untilEmpty).finally(() => {
        flushing = null
      })
      return flushing
    },
  }
}

/**
 * How long to linger when a record takes `overhead` milliseconds in itself. An event waits for both at most, so while
 * the system answers in half a second they stay under one: people are looking. A slower one has more urgent work than
 * to record, and must not be made slower still.
 */
export function lingerFor(overhead: number, shortest: number): number {
  if (overhead <= 2 * shortest) return Math.max(shortest, Math.min(2 * overhead, 2 * shortest))
  return Math.min(5 * overhead, 8 * shortest)
}
