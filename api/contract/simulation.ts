import { z } from 'zod'
import { executionStatus, stageStatus } from './execution.ts'

const milliseconds = z.int().min(0)
const days30 = 30 * 86_400_000

/** The world of a simulation about which nothing was said: `slipway simulate`, the page and previews all begin with it. */
export const usualWorld = {
  seed: 1,
  /** A Monday morning: within the windows most pipelines have. */
  start: Date.parse('2026-01-05T10:00:00Z'),
  running: 'current',
  instances: 4,
  /** Enough for judges to come to a verdict within minutes. */
  rate: 2_000,
  startUp: 10_000,
  people: { answer: 'approve', after: 60_000 },
} as const

/** What a simulation begins with; what is left out is as `slipway simulate` has it. */
export const simulateBody = z.strictObject({
  text: z.string().max(250_000),
  scenario: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.enum(['good', 'bad', 'no-traffic', 'metrics-down']) }),
      z.strictObject({ kind: z.literal('target-fails-at'), stage: z.string().min(1).max(200) }),
      z.strictObject({ kind: z.literal('gate-closed'), gate: z.string().min(1).max(63) }),
    ])
    .default({ kind: 'good' }),
  /** Required ones that are left out get a sample that fits. */
  parameters: z.record(z.string().max(63), z.union([z.string().max(16_384), z.number(), z.boolean()])).default({}),
  /** Of all chance. */
  seed: z.int().min(0).max(999_999_999).default(usualWorld.seed),
  people: z
    .strictObject({
      answer: z.enum(['approve', 'reject', 'timeout']),
      /** Milliseconds that they take. */
      after: milliseconds.max(days30),
    })
    .default(usualWorld.people),
  /** What every service runs before; null when nothing was ever deployed. */
  running: z.string().min(1).max(200).nullable().default(usualWorld.running),
  instances: z.int().min(1).max(1_000).default(usualWorld.instances),
  /** Requests a second of every service. */
  rate: z.int().min(0).max(1_000_000).default(usualWorld.rate),
  /** Milliseconds until instances are healthy. */
  startUp: milliseconds.max(days30).default(usualWorld.startUp),
})

const undone = z.array(z.object({ stage: z.string(), what: z.string() }))

/** Times are milliseconds from the start. */
export const simulation = z.object({
  pipeline: z.string(),
  scenario: z.string(),
  seed: z.int(),
  status: executionStatus,
  reason: z.string().nullable(),
  duration: milliseconds,
  looks: z.int(),
  timeline: z.array(
    z.object({
      at: milliseconds,
      stage: z.string().nullable(),
      what: z.string(),
      /** What the stage became; null when something else happened. */
      status: stageStatus.nullable(),
    }),
  ),
  /** Where it waited: for people, for a lock, for a window. */
  gates: z.array(
    z.object({
      stage: z.string(),
      status: z.string(),
      from: milliseconds,
      /** Null: it ended with the run. */
      to: milliseconds.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  /** What was undone, in this order. */
  undone,
  /** What would be undone by a rollback afterwards; null when the run did not succeed. */
  undoable: undone.nullable(),
  /** What a good release takes at least and at most; null when nothing limits it. */
  shortest: milliseconds,
  longest: milliseconds.nullable(),
  /** Stages that may wait for ever. */
  unlimited: z.array(z.string()),
})

export type SimulationView = z.output<typeof simulation>
