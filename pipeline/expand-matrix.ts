import type { Cell } from './matrix.ts'
import type { Finding } from './problem.ts'
import { parse } from './schema/parse.ts'
import type { Matrix } from './schema/stages/matrix.ts'
import { matrix as matrixSchema } from './schema/stages/matrix.ts'
import { isMap } from './schema/words.ts'

/** A stage as it is looked at: as written, or one of those that a matrix makes of it. */
export interface ExpandedStage {
  /** Without its matrix; values of the matrix are put in where a text is nothing but `${{ matrix.KEY }}`. */
  raw: unknown
  /** Position of the stage that was written. */
  index: number
  /** Id and needs of a stage of a matrix, and of what needs one; null: as written. */
  id: string | null
  needs: readonly string[] | null
  cell: Cell | null
}

export const mostStages = 200

/**
 * Makes one stage of every combination of a matrix's values. What needs the stage needs all of them; those of a matrix do
 * not need each other. A matrix that does not fit its grammar stays as it is, to be told by it.
 */
export function expandMatrices(stages: readonly unknown[]): { stages: ExpandedStage[]; findings: Finding[] } {
  const made = stages.map((raw, index) => expand(raw, index))
  const total = made.reduce((sum, { stages }) => sum + stages.length, 0)
  if (total > mostStages) {
    const message = `matrices make ${total} stages of these; at most ${mostStages} are possible`
    return { stages: [], findings: [{ path: ['stages'], message }] }
  }
  const ids = new Map(made.flatMap(({ written, stages }) => (written === null ? [] : [[written, stages] as const])))
  const all = made.flatMap(({ stages }, index) =>
    stages.map(stage => ({ ...stage, needs: needsOf(stages, stage, { ids, above: made[index - 1]?.stages ?? [] }) })),
  )
  return { stages: all, findings: made.flatMap(({ findings }) => findings) }
}

interface Made {
  /** The id that was written, when a matrix made something of it. */
  written: string | null
  stages: ExpandedStage[]
  findings: Finding[]
}

function expand(raw: unknown, index: number): Made {
  const asWritten = { raw, index, id: null, needs: null, cell: null }
  if (!isMap(raw) || raw.matrix === undefined || typeof raw.id !== 'string')
    return { written: null, stages: [asWritten], findings: [] }
  const { value: matrix } = parse(matrixSchema, raw.matrix)
  if (matrix === null) return { written: null, stages: [asWritten], findings: [] }
  const findings = doubledValues(matrix, index)
  if (findings.length > 0) return { written: null, stages: [{ ...asWritten, raw: without(raw) }], findings }
  const cells = combinations(matrix).map((values): ExpandedStage => {
    const id = `${raw.id}[${Object.values(values).join(',')}]`
    const { maxParallel = null, stopOnFailure } = matrix
    const cell = { of: String(raw.id), values, maxParallel, stopOnFailure }
    return { raw: filled(without(raw), values), index, id, needs: null, cell }
  })
  return { written: raw.id, stages: matrix.order === 'reverse' ? cells.reverse() : cells, findings: [] }
}

function doubledValues({ over }: Matrix, index: number): Finding[] {
  return Object.entries(over).flatMap(([key, values]) =>
    values.flatMap((value, position) => {
      if (values.findIndex(other => String(other) === String(value)) === position) return []
      return [{ path: ['stages', index, 'matrix', 'over', key, position], message: `"${value}" is listed twice` }]
    }),
  )
}

function combinations({ over }: Matrix): Cell['values'][] {
  return Object.entries(over).reduce<Cell['values'][]>(
    (all, [key, values]) => all.flatMap(before => values.map(value => ({ ...before, [key]: value }))),
    [{}],
  )
}

function without({ matrix: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest
}

/** An expression that only reads a value of the matrix is known already, so that it can stand anywhere. */
function filled(raw: unknown, values: Cell['values']): unknown {
  if (typeof raw === 'string') return filledText(raw, values)
  if (Array.isArray(raw)) return raw.map(item => filled(item, values))
  if (!isMap(raw)) return raw
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, filled(value, values)]))
}

const whole = /^\$\{\{\s*matrix\.([a-zA-Z][a-zA-Z0-9_]*)\s*\}\}$/

function filledText(text: string, values: Cell['values']): unknown {
  const key = whole.exec(text)?.[1]
  return key !== undefined && Object.hasOwn(values, key) ? values[key] : text
}

/** `ids`: what became of the stages that have a matrix. */
function needsOf(
  siblings: readonly ExpandedStage[],
  stage: ExpandedStage,
  { ids, above }: { ids: ReadonlyMap<string, readonly ExpandedStage[]>; above: readonly ExpandedStage[] },
): readonly string[] | null {
  const written = isMap(stage.raw) ? stage.raw.needs : undefined
  const isMade = siblings.length > 1 || stage.cell !== null
  if (Array.isArray(written)) {
    if (!isMade && !written.some(need => ids.has(String(need)))) return null
    return written.flatMap(need => ids.get(String(need))?.map(({ id }) => id!) ?? [String(need)])
  }
  if (!isMade && above.every(({ cell }) => cell === null)) return null
  return above.map(({ id, raw }) => id ?? (isMap(raw) ? String(raw.id) : ''))
}
