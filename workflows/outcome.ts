import type { Json } from '../pipeline/execution.ts'

/** How a stage ended. `failed`: it was judged bad; `rejected`: by people. What could not be told is thrown. */
export type Outcome =
  | { kind: 'succeeded'; outputs: Readonly<Record<string, Json>> }
  | { kind: 'failed'; reason: string }
  | { kind: 'rejected'; reason: string }
  | { kind: 'skipped'; reason: string }

export function succeeded(outputs: Readonly<Record<string, Json>> = {}): Outcome {
  return { kind: 'succeeded', outputs }
}

export function failed(reason: string): Outcome {
  return { kind: 'failed', reason }
}

export function rejected(reason: string): Outcome {
  return { kind: 'rejected', reason }
}

export function skipped(reason: string): Outcome {
  return { kind: 'skipped', reason }
}

/** Thrown by a stage that knows why it cannot tell; the stage ends as `errored` with this message. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell'
}
