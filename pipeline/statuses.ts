/** What every status means, in one table; code asks the table instead of comparing names. */

interface Meaning {
  /** Nothing happens after it. */
  final: boolean
  /** Stages that need this one do not start. */
  halts: boolean
  /** A person has to act before it can go on. */
  needsPerson: boolean
}

export const executionStatuses = {
  queued: { final: false, halts: false, needsPerson: false },
  running: { final: false, halts: false, needsPerson: false },
  waiting: { final: false, halts: false, needsPerson: true },
  held: { final: false, halts: false, needsPerson: true },
  paused: { final: false, halts: false, needsPerson: true },
  'rolling-back': { final: false, halts: true, needsPerson: false },
  succeeded: { final: true, halts: false, needsPerson: false },
  failed: { final: true, halts: true, needsPerson: false },
  'rolled-back': { final: true, halts: true, needsPerson: false },
  rejected: { final: true, halts: true, needsPerson: false },
  canceled: { final: true, halts: true, needsPerson: false },
  errored: { final: true, halts: true, needsPerson: true },
} as const satisfies Record<string, Meaning>

export type ExecutionStatus = keyof typeof executionStatuses

export const stageStatuses = {
  pending: { final: false, halts: false, needsPerson: false },
  ...executionStatuses,
  skipped: { final: true, halts: false, needsPerson: false },
} as const satisfies Record<string, Meaning>

export type StageStatus = keyof typeof stageStatuses

export function isFinal(status: StageStatus): boolean {
  return stageStatuses[status].final
}

export function halts(status: StageStatus): boolean {
  return stageStatuses[status].halts
}
