import type { ExecutionEvent, Json } from '../../../pipeline/execution.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import type { ExecutionStatus, StageStatus } from '../../../pipeline/statuses.ts'
import { executionStatuses } from '../../../pipeline/statuses.ts'
import type { RunSettings, SimulatedRun } from './run.ts'
import { runSimulated } from './run.ts'
import { inWords } from './scenario.ts'

/** What a simulation shows; plain JSON, the same for the same pipeline, settings and seed. Times: milliseconds from the start. */
export interface Simulation {
  pipeline: string
  scenario: string
  seed: number
  status: ExecutionStatus
  reason: string | null
  duration: number
  looks: number
  timeline: TimelineEntry[]
  /** Where it waited: for people, for a lock, for a window. */
  gates: Gate[]
  /** What was undone in this run, in this order. */
  undone: Undone[]
  /** What would be undone, in this order, if somebody rolled back the finished run; null when it did not succeed. */
  undoable: Undone[] | null
  shortest: number
  /** Null: nothing limits it; `unlimited` names the stages. */
  longest: number | null
  unlimited: string[]
}

export interface TimelineEntry {
  at: number
  stage: string | null
  what: string
  /** What the stage became; null when something else happened. */
  status: StageStatus | null
}

export interface Gate {
  stage: string
  status: string
  from: number
  /** Null: it ended with the run. */
  to: number | null
  reason: string | null
}

export interface Undone {
  stage: string
  what: string
}

export type SimulateSettings = Omit<RunSettings, 'clarity' | 'regret'>

/** A service with so much traffic that every look is as clear as it can be. */
const abundant = 100_000

/** Runs the pipeline by the scenario, and three times more: as fast and as slowly as it can go, and with regrets. */
export async function simulate(pipeline: Pipeline, settings: SimulateSettings): Promise<Simulation> {
  const usual: RunSettings = { ...settings, clarity: 'by the judge', regret: false }
  const run = await runSimulated(pipeline, usual)
  const { status, reason } = run.execution
  const good = { ...usual, scenario: { kind: 'good' } } as const
  const fast = { rate: abundant, startUp: 0, people: { answer: 'approve', after: 0 } } as const
  const shortest = await runSimulated(pipeline, { ...good, ...fast })
  const slow = { clarity: 'never', people: { answer: 'approve', after: 'last' } } as const
  const longest = await runSimulated(pipeline, { ...good, ...slow })
  const regretted = status === 'succeeded' ? await runSimulated(pipeline, { ...usual, regret: true }) : null
  const at = (event: ExecutionEvent) => Date.parse(event.at) - settings.start
  return {
    pipeline: pipeline.name,
    scenario: inWords(settings.scenario),
    seed: settings.seed,
    ...{ status, reason, duration: run.duration, looks: run.looks },
    timeline: run.events.flatMap(event => {
      const what = wordsOf(event)
      return what === null ? [] : [{ at: at(event), stage: event.stage ?? null, what, status: statusIn(event) }]
    }),
    gates: gatesOf(run, at),
    undone: undoneIn(run),
    undoable: regretted && undoneIn(regretted),
    shortest: shortest.duration,
    longest: longest.unlimited.length > 0 ? null : Math.max(longest.duration, run.duration),
    unlimited: longest.unlimited,
  }
}

function wordsOf({ kind, data }: ExecutionEvent): string | null {
  const because = typeof data.reason === 'string' ? `: ${data.reason}` : ''
  switch (kind) {
    case 'execution.status':
      return executionStatuses[data.status as ExecutionStatus].final ? `the run ends: ${data.status}` : null
    case 'stage.status':
      return `${data.status}${because}`
    case 'weights.changed':
      return `traffic of ${data.service} on ${data.target}: ${shares(data.weights)}${copies(data.mirror)}`
    case 'canary.verdict':
      return `verdict ${data.verdict}${because}`
    case 'gate.answered':
      return `gate ${data.gate} (${data.at}): ${data.answer}${because}`
    case 'lock.waiting':
      return `waits for ${data.holder}`
    case 'undo.started':
      return `undo: ${data.what}`
    case 'undo.failed':
      return `undo failed: ${data.what} (${data.error})`
    default:
      return null
  }
}

function statusIn({ kind, data }: ExecutionEvent): StageStatus | null {
  return kind === 'stage.status' ? (data.status as StageStatus) : null
}

function copies(mirror: Json | undefined): string {
  return mirror === undefined ? '' : `, and copies of ${mirror} % to the canary`
}

function shares(weights: Json | undefined): string {
  return Object.entries(weights as Record<string, number>)
    .map(([role, share]) => `${role} ${share} %`)
    .join(', ')
}

const waits = new Set<string>([
  'queued',
  ...Object.entries(executionStatuses)
    .filter(([, { final, needsPerson }]) => needsPerson && !final)
    .map(([status]) => status),
])

function gatesOf({ events }: SimulatedRun, at: (event: ExecutionEvent) => number): Gate[] {
  const gates: Gate[] = []
  for (const event of events) {
    if (event.kind !== 'stage.status' || event.stage === undefined) continue
    const open = gates.find(gate => gate.stage === event.stage && gate.to === null)
    if (open !== undefined) open.to = at(event)
    const { status, reason } = event.data
    if (!waits.has(String(status))) continue
    gates.push({
      stage: event.stage,
      status: String(status),
      from: at(event),
      to: null,
      reason: reason === null ? null : String(reason),
    })
  }
  return gates.filter(({ from, to }) => to !== from)
}

function undoneIn({ events }: SimulatedRun): Undone[] {
  return events
    .filter(({ kind }) => kind === 'undo.started')
    .map(({ stage, data }) => ({ stage: stage ?? '', what: String(data.what) }))
}
