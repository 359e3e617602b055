/** One program that runs to its end on a target, beside the releases. */
export interface Job {
  /** Gives the job its place: the folder, the namespace, the identity it runs with. */
  service: string
  /** Process targets: program and arguments. Container targets: what replaces the image's own, if given. */
  command?: readonly string[]
  /** Container targets. */
  image?: string
  env: Readonly<Record<string, string>>
}

/** Same id, same run: a job that runs already is waited for, and one that has ended is not run again. */
export interface JobOp {
  id: string
  signal: AbortSignal
  progress(message: string): void
}

export interface JobResult {
  /** Null when it did not end by itself, or nobody knows. */
  exitCode: number | null
  /** How it ended when not by itself, in words; null when it did. */
  reason: string | null
  /** Names what it printed; `Jobs.log` takes it, as it takes the id of the job. */
  log: string
  /** The last lines of it, without control characters. */
  lastLines: string[]
}

/**
 * Runs jobs on one target.
 *
 * - `run` resolves when the job has ended, however it ended; it throws only when that cannot be told. The job gets a clean
 *   environment and what `env` says, nothing of ours. When `signal` aborts, `run` rejects and the job goes on: a worker that
 *   stops must not take it along.
 * - `end` ends a job and resolves when nothing of it runs; one that was never started never will be. Idempotent.
 * - `log` gives the end of what a job has printed so far, at most 1 MB, by the id of the job or by what its result names;
 *   `NotFound` when it has not begun, or is not kept any more.
 */
export interface Jobs {
  run(job: Job, op: JobOp): Promise<JobResult>
  end(id: string): Promise<void>
  log(reference: string): Promise<string>
}
