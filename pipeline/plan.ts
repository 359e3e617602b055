import type { Finding } from './problem.ts'
import type { StageStatus } from './statuses.ts'
import { halts, isFinal, stageStatuses } from './statuses.ts'
import { didYouMean } from './suggest.ts'

/** What the graph needs to know of a stage. */
export interface PlannedStage {
  readonly id: string
  readonly needs?: readonly string[] | undefined
}

/** The graph of a pipeline's stages; plain JSON. Ids are those of the definition, every id is a key of both records. */
export interface Plan {
  /** Every stage after all it needs; among free ones the order of the file. */
  readonly order: readonly string[]
  /** What a stage waits for, directly. */
  readonly needs: Readonly<Record<string, readonly string[]>>
  /** All that has ended when a stage starts: its needs, their needs, and so on; in `order`. */
  readonly before: Readonly<Record<string, readonly string[]>>
}

export type PlanResult = { plan: Plan; findings: [] } | { plan: null; findings: Finding[] }

/** Lays out the stages, or says what is wrong with the graph: doubled ids, unknown or own ids in `needs`, cycles. */
export function planStages(stages: readonly PlannedStage[]): PlanResult {
  const findings = [...doubledIds(stages), ...wrongNeeds(stages)]
  if (findings.length > 0) return { plan: null, findings }
  const needs = new Map(stages.map((stage, index) => [stage.id, needsOf(stages, index)]))
  const order = topologicalOrder(needs)
  if (order.length < stages.length) return { plan: null, findings: [cycle(stages, needs, order)] }
  return { plan: { order, needs: toRecord(needs), before: toRecord(predecessors(order, needs)) }, findings: [] }
}

/** The plan of a definition that was validated; throws when it was not. */
export function planOf(pipeline: { readonly stages: readonly PlannedStage[] }): Plan {
  const { plan, findings } = planStages(pipeline.stages)
  if (plan === null) throw new Error(`a pipeline that is not valid was planned: ${findings[0]!.message}`)
  return plan
}

/** How far every stage has come. A stage without a status is pending. */
type Statuses = Readonly<Record<string, StageStatus>>

const none: ReadonlySet<string> = new Set()

/**
 * Pending stages whose needs have all ended well (or were skipped), in order. The failure of those in `ignored` stops
 * nothing.
 */
export function readyStages(plan: Plan, statuses: Statuses, ignored = none): string[] {
  const done = (id: string) => isFinal(statusOf(statuses, id)) && !endedBadly(statuses, ignored, id)
  return plan.order.filter(id => statusOf(statuses, id) === 'pending' && plan.needs[id]!.every(done))
}

/** The stage before a pending one that ended badly, so that it can never start; null when there is none. */
export function blockerOf(plan: Plan, statuses: Statuses, id: string, ignored = none): string | null {
  return plan.before[id]!.find(other => endedBadly(statuses, ignored, other)) ?? null
}

function endedBadly(statuses: Statuses, ignored: ReadonlySet<string>, id: string): boolean {
  const status = statusOf(statuses, id)
  return isFinal(status) && halts(status) && !ignored.has(id)
}

function statusOf(statuses: Statuses, id: string): StageStatus {
  const status = Object.hasOwn(statuses, id) ? statuses[id] : undefined
  return status !== undefined && Object.hasOwn(stageStatuses, status) ? status : 'pending'
}

function doubledIds(stages: readonly PlannedStage[]): Finding[] {
  const first = new Map<string, number>()
  return stages.flatMap(({ id }, index) => {
    const earlier = first.get(id)
    if (earlier === undefined) {
      first.set(id, index)
      return []
    }
    const message = `two stages are called "${id}"; the other one is number ${earlier + 1}`
    return [{ path: ['stages', index, 'id'], message }]
  })
}

function wrongNeeds(stages: readonly PlannedStage[]): Finding[] {
  const ids = stages.map(stage => stage.id)
  const known = new Set(ids)
  return stages.flatMap(({ id, needs }, index) =>
    (needs ?? []).flatMap((need, position) => {
      const finding = (message: string) => [{ path: ['stages', index, 'needs', position], message }]
      if (need === id) return finding(`stage "${id}" needs itself`)
      if (!known.has(need)) return finding(`there is no stage "${need}"${didYouMean(need, ids)}`)
      if (needs!.indexOf(need) < position) return finding(`"${need}" is listed twice`)
      return []
    }),
  )
}

/** Without `needs` a stage follows the one above it. */
function needsOf(stages: readonly PlannedStage[], index: number): readonly string[] {
  const { needs } = stages[index]!
  if (needs !== undefined) return needs
  return index === 0 ? [] : [stages[index - 1]!.id]
}

/** Leaves out the stages that are on a cycle or behind one. */
function topologicalOrder(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const placed = new Set<string>()
  for (let before = -1; before < placed.size; ) {
    before = placed.size
    for (const [id, of] of needs) if (!placed.has(id) && of.every(need => placed.has(need))) placed.add(id)
  }
  return [...placed]
}

function predecessors(order: readonly string[], needs: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const before = new Map<string, string[]>()
  for (const id of order) {
    const all = new Set(needs.get(id)!.flatMap(need => [...before.get(need)!, need]))
    before.set(
      id,
      order.filter(other => all.has(other)),
    )
  }
  return before
}

/** Every stage that was not placed has a need that was not placed either: walking such needs must close a circle. */
function cycle(
  stages: readonly PlannedStage[],
  needs: ReadonlyMap<string, readonly string[]>,
  order: readonly string[],
): Finding {
  const placed = new Set(order)
  const walk: string[] = []
  let id = stages.find(stage => !placed.has(stage.id))!.id
  while (!walk.includes(id)) {
    walk.push(id)
    id = needs.get(id)!.find(need => !placed.has(need))!
  }
  const circle = walk.slice(walk.indexOf(id))
  const index = stages.findIndex(stage => circle.includes(stage.id) && stage.needs !== undefined)
  const start = circle.indexOf(stages[index]!.id)
  const named = [...circle.slice(start), ...circle.slice(0, start), circle[start]!]
  const position = stages[index]!.needs!.indexOf(named[1]!)
  return { path: ['stages', index, 'needs', position], message: `stages need each other: ${named.join(' needs ')}` }
}

function toRecord(map: ReadonlyMap<string, readonly string[]>): Record<string, readonly string[]> {
  return Object.fromEntries(map)
}
