import type { Role } from '../../../../pipeline/clusters.ts'
import { Refused } from '../../../failures.ts'
import type { OpReference } from './protocol.ts'

/** What is written down of the operations on one service. */
export interface OperationsRecord {
  fence: number
  /** Ids of operations that were done, oldest first. */
  done: string[]
}

interface Running {
  op: OpReference
  roles: ReadonlySet<Role>
  stop: AbortController
  result: Promise<unknown>
}

const remembered = 256

/**
 * Lets operations on one service in, one effect each.
 *
 * A lower fence than the highest seen is refused. An id that was done is not done again; one that is being done is
 * joined. An operation supersedes those with a lower fence, and those with its own fence that work on the same roles:
 * they are told to stop, clean up, and only then it begins.
 */
export class Operations {
  readonly #name: string
  #fence: number
  readonly #done: Set<string>
  readonly #running = new Set<Running>()

  constructor(name: string, record: OperationsRecord) {
    this.#name = name
    this.#fence = record.fence
    this.#done = new Set(record.done)
  }

  get fence(): number {
    return this.#fence
  }

  record(): OperationsRecord {
    return { fence: this.#fence, done: [...this.#done] }
  }

  wasDone(op: OpReference): boolean {
    return this.#done.has(op.id)
  }

  async run(op: OpReference, roles: readonly Role[], work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#checkFence(op)
    if (this.#done.has(op.id)) return
    const same = [...this.#running].find(running => running.op.id === op.id)
    if (same) {
      await same.result
      return
    }
    this.#fence = op.fence
    const superseded = [...this.#running].filter(running => yields(running, op, roles))
    const running: Running = { op, roles: new Set(roles), stop: new AbortController(), result: Promise.resolve() }
    running.result = this.#after(superseded, running, work)
    this.#running.add(running)
    try {
      await running.result
      this.#remember(op.id)
    } finally {
      this.#running.delete(running)
    }
  }

  /** Stops all and waits until they have cleaned up. */
  async stop(reason: string): Promise<void> {
    for (const { stop } of this.#running) stop.abort(new Refused(`${this.#name}: ${reason}`))
    await Promise.allSettled([...this.#running].map(({ result }) => result))
  }

  async #after(superseded: readonly Running[], running: Running, work: (signal: AbortSignal) => Promise<void>) {
    const { op, stop } = running
    for (const other of superseded)
      other.stop.abort(
        new Refused(
          `${this.#name}: operation ${other.op.id} (fence ${other.op.fence}) was superseded by ${op.id} (fence ${op.fence})`,
        ),
      )
    if (running.roles.size > 0) await Promise.allSettled(superseded.map(({ result }) => result))
    stop.signal.throwIfAborted()
    try {
      await work(stop.signal)
    } catch (error) {
      // Timers and the like say only that they were aborted; the reason says by whom.
      throw stop.signal.aborted ? stop.signal.reason : error
    }
  }

  #checkFence(op: OpReference): void {
    if (op.fence >= this.#fence) return
    throw new Refused(
      `${this.#name}: fence ${op.fence} is lower than ${this.#fence}, the highest seen; another run holds the service now`,
    )
  }

  #remember(id: string): void {
    this.#done.add(id)
    for (const oldest of this.#done) {
      if (this.#done.size <= remembered) return
      this.#done.delete(oldest)
    }
  }
}

function yields(running: Running, op: OpReference, roles: readonly Role[]): boolean {
  return running.op.fence < op.fence || roles.some(role => running.roles.has(role))
}
