import type { Claim, Grant } from './world.ts'

/** How to take back one act; must hold whether the act was done, half done or never begun. */
export interface Undo {
  /** What it brings about, in words: `return all traffic of checkout on eu to 1.4.1`. */
  what: string
  run(): Promise<void>
}

export interface UndoFailure {
  what: string
  error: string
}

/** What a stage would have to take back; pushed before the act. */
export interface UndoStack {
  push(undo: Undo): void
  readonly size: number
  /** Newest first; a failure is told and the rest goes on. The stack is empty afterwards. */
  unwind(watch: UndoWatch): Promise<UndoFailure[]>
}

export interface UndoWatch {
  started(what: string): void
  done(what: string): void
  failed(what: string, error: unknown): string
}

export function createUndoStack(): UndoStack {
  const undos: Undo[] = []
  return {
    push: undo => void undos.push(undo),
    get size() {
      return undos.length
    },
    async unwind(watch) {
      const failures: UndoFailure[] = []
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
        const { what } = undo
        watch.started(what)
        try {
          await undo.run()
          watch.done(what)
        } catch (error) {
          failures.push({ what, error: watch.failed(what, error) })
        }
      }
      return failures
    },
  }
}

/** What a stage that succeeded can still take back, as long as nobody has been there since. */
export interface Committed {
  stage: string
  undo: UndoStack
  /** To get the service again that it changed. */
  claim: Claim
  /** Gives the undos the right to act again; why they must not, or null. */
  reopen(grant: Grant): Promise<string | null>
}
