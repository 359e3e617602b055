import type { Execution } from '../pipeline/execution.ts'
import type { Outbox } from './outbox.ts'
import type { World } from './world.ts'

/**
 * Brings what is in the outbox to the store, one batch at a time, in the background: nothing that acts ever waits for it.
 *
 * The activity lingers after writing, so that while much happens there is one batch every `linger` milliseconds instead of
 * one an event, without a timer; the first event after a quiet time is written at once.
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

export function createRecorder(
  world: Pick<World, 'patient' | 'shielded'>,
  outbox: Outbox,
  options: { linger: number; snapshot: () => Snapshot },
): Recorder {
  let awake = false
  let flushing: Promise<void> | null = null

  const write = async (linger: number): Promise<boolean> => {
    const batch = outbox.next()
    if (batch === null) return false
    const { execution, sequence } = options.snapshot()
    const { events, evidence } = batch
    await world.patient.record({ snapshot: execution, sequence, events, evidence }, linger)
    outbox.recorded(batch)
    return true
  }

  const work = async () => {
    // Lets everything that happens at this very moment into the first batch.
    await Promise.resolve()
    while (await write(options.linger));
    awake = false
  }

  return {
    wake() {
      if (awake) return
      awake = true
      void world.shielded(work)
    },
    // Does not wait for the batch that lingers: it is sent again, which the store takes as done.
    flush() {
      flushing ??= world
        .shielded(async () => {
          while (await write(0));
        })
        .finally(() => {
          flushing = null
        })
      return flushing
    },
  }
}
