import type { Execution } from '../pipeline/execution.ts'
import { planOf, readyStages } from '../pipeline/plan.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import type { StageStatus } from '../pipeline/statuses.ts'
import { isFinal } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import type { Bundle } from './bundles.ts'
import { bundlesOf } from './bundles.ts'
import type { Engine } from './interpreter.ts'
import { takeBack } from './rollback.ts'
import type { EndedStage, RunningStage } from './stage-runner.ts'
import { startStage } from './stage-runner.ts'
import { targetOf } from './target-of.ts'
import type { Committed } from './undo.ts'

/** What is left when nothing runs any more. */
export interface Ended {
  /** What succeeded, and can be taken back: in the order in which it ended. */
  committed: Committed[]
  /** Stages whose bad end lets the run succeed. */
  tolerated: Set<string>
  /** Stages whose bad end did not stop what needs them. */
  passed: Set<string>
  /** Why stages were not started that could have been. */
  stopped: Map<string, string>
}

/** Runs stages until none runs and none can start. */
export async function runStages(input: ExecutionInput, engine: Engine): Promise<Ended> {
  const { journal, steering } = engine
  const { stages } = input.definition
  const plan = planOf(input.definition)
  const ended: Ended = { committed: [], tolerated: new Set(), passed: new Set(), stopped: new Map() }
  const bundles = bundlesOf(stages)
  const running = new Map<string, RunningStage>()
  /** When each stage ended; see `EndedStage`. */
  const endedAt = new Map<string, number>()
  const oldestFirst = (a: Committed, b: Committed) => endedAt.get(a.stage)! - endedAt.get(b.stage)!
  /** Undoing that goes on beside the stages. */
  const undoing = new Set<Promise<null>>()
  steering.onHalt(() => {
    for (const stage of running.values()) stage.cancel()
  })

  const next = (): Stage[] => {
    if (steering.halted !== null) return []
    const ready = readyStages(plan, statusesOf(journal.execution), ended.passed)
    return ready.filter(id => !ended.stopped.has(id)).map(id => stages.find(stage => stage.id === id)!)
  }

  const start = () => {
    for (const stage of next()) {
      const { cell } = stage
      const siblings = stages.filter(other => cell !== undefined && other.cell?.of === cell.of)
      const busy = siblings.filter(({ id }) => running.has(id)).length
      if (cell?.maxParallel && busy >= cell.maxParallel) continue
      if (steering.heldBack(targetOf(stage)) !== null) continue
      running.set(stage.id, startStage(input, engine, { stage, index: stages.indexOf(stage) }))
    }
  }

  const breakBundle = (bundle: Bundle, reason: string, tolerated: boolean) => {
    if (bundle.broken !== null) return
    bundle.broken = reason
    bundle.tolerated = tolerated
    for (const id of bundle.members) {
      running.get(id)?.cancel(reason)
      if (!isFinal(journal.stage(id).status)) ended.stopped.set(id, reason)
    }
  }

  const commit = (more: readonly Committed[]) => {
    ended.committed.push(...more)
    ended.committed.sort(oldestFirst)
  }

  const takeIn = ({ id, at, committed, bad }: EndedStage) => {
    running.delete(id)
    const mine = bundles.filter(bundle => bundle.members.has(id))
    if (committed !== null) {
      endedAt.set(id, at)
      const group = mine.find(bundle => bundle.together)
      if (group === undefined) commit([committed])
      else group.open.push(committed)
    }
    if (bad === null) return
    const because = mine.find(bundle => bundle.broken !== null && bad.stopped)
    const tolerated = because?.tolerated ?? bad.tolerated
    if (tolerated) ended.tolerated.add(id)
    if (bad.passes && because === undefined) ended.passed.add(id)
    for (const bundle of mine) breakBundle(bundle, `${bundle.name}: stage ${id} ended badly: ${bad.reason}`, tolerated)
  }

  /** Groups that are decided: all have ended well, or what they did is taken back, newest first. */
  const decideGroups = () => {
    for (const group of bundles.filter(bundle => bundle.together)) {
      const ids = [...group.members]
      if (ids.some(id => running.has(id))) continue
      const complete = group.broken === null && ids.every(id => isFinal(journal.stage(id).status))
      if (complete) commit(group.open.splice(0))
      else if (group.broken !== null || steering.halted !== null) takeBackGroup(group)
    }
  }

  const takeBackGroup = (group: Bundle) => {
    const open = group.open.splice(0).sort(oldestFirst).reverse()
    if (open.length === 0) return
    const reason = group.broken ?? `${group.name} was not completed: ${steering.halted}`
    const takeAllBack = async () => {
      for (const stage of open) {
        if (group.tolerated) ended.tolerated.add(stage.stage)
        await takeBack(engine, stage, reason)
      }
      return null
    }
    const work = takeAllBack().finally(() => undoing.delete(work))
    undoing.add(work)
  }

  /** Nothing more can start: what is not complete by now never will be. */
  const giveUpGroups = () => {
    for (const group of bundles.filter(({ open }) => open.length > 0)) {
      group.broken ??= `${group.name} cannot be completed: a stage of it was not started`
      takeBackGroup(group)
    }
  }

  /** What a freeze holds back: a stage that could start, or one that is under way. */
  const tellBlocked = () => {
    const concerned = [...next(), ...stages.filter(({ id }) => running.has(id))]
    const because = concerned.map(stage => steering.heldBack(targetOf(stage))).find(reason => reason !== null) ?? null
    if (because === steering.blocked) return
    steering.blocked = because
    journal.tell()
  }

  for (;;) {
    start()
    const waits = next().some(stage => steering.heldBack(targetOf(stage)) !== null)
    tellBlocked()
    if (running.size === 0 && undoing.size === 0 && !waits) {
      giveUpGroups()
      if (undoing.size === 0) return ended
    }
    const changed: Promise<EndedStage | null>[] = [...[...running.values()].map(stage => stage.ended), ...undoing]
    const one = await Promise.race([...changed, steering.changed()])
    if (one !== null) takeIn(one)
    haltAfterMatrix(stages, engine, running)
    decideGroups()
  }
}

/** A matrix that does not stop on a failure halts the run when its last stage has ended. */
function haltAfterMatrix(
  stages: readonly Stage[],
  { journal, steering }: Engine,
  running: ReadonlyMap<string, unknown>,
) {
  const failed = stages.filter(({ id, cell, onFailure = 'fail' }) => {
    const { status } = journal.stage(id)
    return cell?.stopOnFailure === false && onFailure === 'fail' && isBad(status) && !running.has(id)
  })
  for (const { id, cell } of failed) {
    const siblings = stages.filter(other => other.cell?.of === cell!.of)
    if (siblings.every(other => isFinal(journal.stage(other.id).status) && !running.has(other.id)))
      steering.halt(`stage ${id} ended badly: ${journal.stage(id).reason}`)
  }
}

function isBad(status: StageStatus): boolean {
  return isFinal(status) && status !== 'succeeded' && status !== 'skipped'
}

export function statusesOf(execution: Execution): Record<string, StageStatus> {
  return Object.fromEntries(execution.stages.map(({ id, status }) => [id, status]))
}
