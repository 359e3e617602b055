import { diffArrays } from 'diff'
import type { ParameterValue } from '../../../pipeline/execution.ts'
import { checkParameters } from '../../../pipeline/parameters.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import type { Outcome, Simulated } from '../../contract/preview.ts'
import { usualWorld } from '../../contract/simulation.ts'
import { sampleParameters } from './sample-parameters.ts'
import { type Simulation, simulate, type TimelineEntry } from './simulate.ts'

/** Two versions of a pipeline; plain JSON. */
export interface Versions {
  /** Null: there is none. */
  before: Pipeline | null
  after: Pipeline
  /** Required ones that are left out get a sample; the version before gets those it knows. */
  parameters: Readonly<Record<string, ParameterValue>>
}

export type ComparedSimulations =
  | { simulations: Simulated[]; notSimulated: null }
  | { simulations: null; notSimulated: string }

/** A good and a bad release by both versions, side by side. */
export async function compareSimulated({ before, after, parameters }: Versions): Promise<ComparedSimulations> {
  const given = valuesFor(after, parameters)
  if (given.values === null) return { simulations: null, notSimulated: given.problem }
  const known = Object.entries(parameters).filter(([name]) => Object.hasOwn(before?.parameters ?? {}, name))
  const earlier = before && valuesFor(before, Object.fromEntries(known)).values
  const simulations: Simulated[] = []
  for (const kind of ['good', 'bad'] as const) {
    const was = before && earlier && (await run(before, earlier, kind))
    simulations.push(beside(was, await run(after, given.values, kind)))
  }
  return { simulations, notSimulated: null }
}

type Values = Record<string, ParameterValue>

function valuesFor(pipeline: Pipeline, given: Versions['parameters']) {
  const { values, findings } = checkParameters(pipeline, sampleParameters(pipeline, given))
  if (values !== null) return { values, problem: null }
  return { values: null, problem: findings.map(({ message }) => message).join('; ') }
}

function run(pipeline: Pipeline, parameters: Values, kind: 'good' | 'bad'): Promise<Simulation> {
  return simulate(pipeline, { ...usualWorld, parameters, scenario: { kind } })
}

function beside(before: Simulation | null, after: Simulation): Simulated {
  return {
    scenario: after.scenario,
    before: before && outcomeOf(before),
    after: outcomeOf(after),
    timeline: together(withoutReasons(before?.timeline ?? []), withoutReasons(after.timeline)),
  }
}

function outcomeOf({ status, reason, duration, shortest, longest }: Simulation): Outcome {
  return { status, reason, duration, shortest, longest }
}

/** Figures in a reason differ with every sample, and say nothing of the pipeline; that of the end is in the outcome. */
function withoutReasons(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  return timeline.map(entry => ({
    ...entry,
    what: entry.what.replace(/^(?!undo\b)(verdict )?([a-z-]+): .*$/s, '$1$2'),
  }))
}

/** One list of what happens; what happens in both has both times. */
function together(before: readonly TimelineEntry[], after: readonly TimelineEntry[]): Simulated['timeline'] {
  const comparator = (a: TimelineEntry, b: TimelineEntry) => a.stage === b.stage && a.what === b.what
  let [left, right] = [0, 0]
  return diffArrays([...before], [...after], { comparator }).flatMap(({ added, removed, value }) =>
    value.map(({ stage, what }) => ({
      ...{ stage, what },
      before: added ? null : before[left++]!.at,
      after: removed ? null : after[right++]!.at,
    })),
  )
}
