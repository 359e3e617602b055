import type { Interval } from '../../../pipeline/canary/judge.ts'

/** What goes well and what goes wrong in a simulation. */
export type Scenario =
  /** New releases behave as the old ones. */
  | { kind: 'good' }
  /** New releases do harm by every metric. */
  | { kind: 'bad' }
  /** Nobody uses the services. */
  | { kind: 'no-traffic' }
  /** No metric can be read. */
  | { kind: 'metrics-down' }
  /** The target refuses the first change of traffic of a stage, or whatever else the stage asks of it first. */
  | { kind: 'target-fails-at'; stage: string }
  /** A gate says no, whatever it is asked. */
  | { kind: 'gate-closed'; gate: string }
  /** What was seen once, look by look. */
  | { kind: 'recorded'; intervals: readonly Interval[] }

/** How people answer when a run waits for them. */
export const answers = ['approve', 'reject', 'timeout'] as const
export type Answer = (typeof answers)[number]

/** Those that need no more than their name. */
export const plainScenarios = ['good', 'bad', 'no-traffic', 'metrics-down'] as const

export function inWords(scenario: Scenario): string {
  if (scenario.kind === 'gate-closed') return `gate-closed:${scenario.gate}`
  return scenario.kind === 'target-fails-at' ? `target-fails-at:${scenario.stage}` : scenario.kind
}
