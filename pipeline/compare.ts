import { planOf } from './plan.ts'
import type { Pipeline } from './schema/pipeline.ts'

/** A pipeline as it would run, and as it is written: the one is compared, the other is shown. */
export interface PipelineVersion {
  pipeline: Pipeline
  /** The document of the file, as plain data. */
  written: unknown
}

/** One difference that a run would notice. */
export interface Change {
  /** Where: `stages.canary.steps.0.weight`; stages, metrics and the like go by their names. */
  path: string
  /** As it is written, as JSON; null: it is not there, `(default)`: nothing is written. */
  before: string | null
  after: string | null
}

const byDefault = '(default)'

/**
 * What changes for runs from one version of a pipeline to another, in the order of the file: comments, layout, defaults
 * that are written out, and stages that change places without a change of what they wait for, change nothing.
 */
export function comparePipelines(before: PipelineVersion | null, after: PipelineVersion | null): Change[] {
  return differences(before && toSide(before), after && toSide(after), [])
}

interface Side {
  meaning: unknown
  written: unknown
}

function toSide({ pipeline, written }: PipelineVersion): Side {
  const { order, needs } = planOf(pipeline)
  const stages = order.map(id => ({ ...pipeline.stages.find(stage => stage.id === id)!, needs: needs[id]! }))
  return { meaning: plain({ ...pipeline, stages }), written }
}

function differences(before: Side | null, after: Side | null, path: readonly string[]): Change[] {
  if (before === null || after === null || !hasParts(before.meaning) || !hasParts(after.meaning)) {
    if (isSame(before, after)) return []
    return [{ path: path.join('.'), before: shown(before), after: shown(after) }]
  }
  const [left, right] = [partsOf(before), partsOf(after)]
  const keys = [...new Set([...Object.keys(right), ...Object.keys(left)])]
  return keys.flatMap(key => differences(left[key] ?? null, right[key] ?? null, [...path, key]))
}

function isSame(before: Side | null, after: Side | null): boolean {
  if (before === null || after === null) return before === after
  return JSON.stringify(before.meaning) === JSON.stringify(after.meaning)
}

function shown(side: Side | null): string | null {
  if (side === null) return null
  if (side.written !== undefined) return JSON.stringify(side.written)
  return isNode(side.meaning) ? JSON.stringify(side.meaning) : byDefault
}

/** A list of plain values is one value. */
function hasParts(value: unknown): value is Node {
  return Array.isArray(value) ? value.some(isNode) : isNode(value)
}

type Node = Record<string, unknown> | unknown[]

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null
}

/** The parts by name; what is written of a part goes with it. */
function partsOf({ meaning, written }: Side): Record<string, Side> {
  if (!Array.isArray(meaning)) {
    const from = isNode(written) && !Array.isArray(written) ? written : {}
    return Object.fromEntries(
      Object.entries(meaning as object).map(([key, value]) => [key, { meaning: value, written: from[key] }]),
    )
  }
  const from = Array.isArray(written) ? written : []
  const names = namesOf(meaning)
  if (names === null)
    return Object.fromEntries(meaning.map((value, index) => [index, { meaning: value, written: from[index] }]))
  const own = from.map(nameOf)
  // What came out of a matrix is written nowhere under its own name.
  return Object.fromEntries(
    meaning.map((value, index) => [
      names[index]!,
      { meaning: value, written: from[own.indexOf(names[index]!)] ?? value },
    ]),
  )
}

/** The names of the items of a list; null when not every one has its own. */
function namesOf(list: readonly unknown[]): string[] | null {
  const names = list.map(nameOf).filter(name => name !== null)
  return list.length > 0 && names.length === list.length && new Set(names).size === names.length ? names : null
}

function nameOf(item: unknown): string | null {
  if (!isNode(item) || Array.isArray(item)) return null
  const name = item.id ?? item.name ?? item.preset ?? item.metric
  return typeof name === 'string' ? name : null
}

/** Without keys that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
