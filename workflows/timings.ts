/** Every duration of the engine that no pipeline names, in milliseconds; tests make them short. */
export interface Timings {
  /** How long a record lingers, that is, how seldom batches are written while much happens. */
  linger: number
  /** How long an effect is tried before the stage ends as `errored`. */
  patience: number
  /** How long an undo is tried before it is given up and a person is needed. */
  undoPatience: number
  /** The shortest lease of a canary's weights. */
  lease: number
  /** How long a change of traffic may be in force before its run tells of it, where more follows at once. */
  tellAfter: number
  /** How often a lock looks whether its holder lives: while somebody waits, and otherwise. */
  lockCheckWaiting: number
  lockCheck: number
  /** How long a lock that nobody wants stays. */
  lockIdle: number
}

export const defaultTimings: Timings = {
  linger: 250,
  patience: 10 * 60_000,
  undoPatience: 60 * 60_000,
  lease: 60_000,
  tellAfter: 1_000,
  lockCheckWaiting: 10_000,
  lockCheck: 60_000,
  lockIdle: 60_000,
}
