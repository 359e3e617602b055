import type { SimulatedTarget } from '../../api/main/simulate/target.ts'
import type { Execution, ExecutionEvent } from '../../pipeline/execution.ts'
import type { Stage } from '../../pipeline/schema/stage.ts'
import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import { isFinal } from '../../pipeline/statuses.ts'

/** One run, when it has ended. */
export interface EndedRun {
  stages: readonly Stage[]
  execution: Execution
  events: readonly ExecutionEvent[]
}

/** What has to hold of every run and every service when all has ended; everything that does not, in words. */
export function violations(target: SimulatedTarget, runs: readonly EndedRun[]): string[] {
  return [
    ...runs.flatMap(({ execution, events, stages }) => [
      ...oneEnd(execution, events),
      ...noStageOpen(execution),
      ...groupsTogether(execution, stages),
      ...undosOnce(execution, events),
      ...undosNewestFirst(execution, events),
    ]),
    ...effectsOnce(target),
    ...['checkout', 'search'].flatMap(service => oneHealthyVersion(target, service, runs)),
  ]
}

/** Exactly one terminal status; a rollback that was asked for while the end was being recorded makes a second one. */
function oneEnd({ id, status }: Execution, events: readonly ExecutionEvent[]): string[] {
  const told = events
    .filter(({ kind }) => kind === 'execution.status')
    .map(({ data }) => data.status as ExecutionStatus)
  const ends = told.filter(isFinal)
  const after = told.slice(told.findIndex(isFinal) + 1).filter(one => one !== status)
  if (ends.at(-1) !== status) return [`${id} is ${status}, but said ${told.join(', ')}`]
  if (ends.length === 1 || after.includes('rolling-back')) return []
  return [`${id} ended ${ends.length} times: ${told.join(', ')}`]
}

function noStageOpen({ id, stages }: Execution): string[] {
  return stages.filter(({ status }) => !isFinal(status)).map(stage => `${id}: ${stage.id} is still ${stage.status}`)
}

/** A group has succeeded as a whole, or nothing of it is left. */
function groupsTogether({ id, stages }: Execution, defined: readonly Stage[]): string[] {
  const groups = Map.groupBy(
    defined.filter(({ group }) => group !== undefined),
    ({ group }) => group!,
  )
  return [...groups].flatMap(([group, members]) => {
    const states = members.map(member => stages.find(stage => stage.id === member.id)!)
    const kept = states.filter(({ status, reason }) => status === 'succeeded' && !reason?.startsWith('not rolled back'))
    const well = states.filter(({ status }) => status === 'succeeded' || status === 'skipped')
    if (kept.length === 0 || well.length === states.length) return []
    return [`${id}: of group ${group}, ${states.map(state => `${state.id} ${state.status}`).join(', ')}`]
  })
}

/** Every undo of an attempt ran once. */
function undosOnce({ id }: Execution, events: readonly ExecutionEvent[]): string[] {
  const seen = new Set<string>()
  const wrong: string[] = []
  for (const { kind, stage, data } of events) {
    // The next attempt of a stage registers its undos anew.
    if (kind === 'lock.acquired') for (const key of seen) if (key.startsWith(`${stage}:`)) seen.delete(key)
    if (kind !== 'undo.started') continue
    const key = `${stage}: ${data.what}`
    if (seen.has(key)) wrong.push(`${id}: ${key} ran twice`)
    seen.add(key)
  }
  const count = (kind: string) => events.filter(event => event.kind === kind).length
  const [started, ended] = [count('undo.started'), count('undo.done') + count('undo.failed')]
  if (started !== ended) wrong.push(`${id}: ${started} undos were started, ${ended} ended`)
  return wrong
}

/** Of committed stages that are taken back, the one that ended last comes first. */
function undosNewestFirst({ id }: Execution, events: readonly ExecutionEvent[]): string[] {
  const succeeded: string[] = []
  const back: string[] = []
  for (const { kind, stage = '', data } of events) {
    if (kind !== 'stage.status') continue
    if (data.status === 'succeeded' && !back.includes(stage)) succeeded.push(stage)
    if (data.status === 'rolling-back' && succeeded.includes(stage)) back.push(stage)
  }
  const order = succeeded.filter(stage => back.includes(stage)).reverse()
  return order.join() === back.join() ? [] : [`${id}: undone were ${back.join()}, but they ended ${succeeded.join()}`]
}

function effectsOnce({ done }: SimulatedTarget): string[] {
  const ids = done.map(({ id }) => id)
  return [...new Set(ids.filter((one, index) => ids.indexOf(one) < index))].map(one => `${one} was done twice`)
}

/** All traffic on one healthy version, and nothing else left. */
function oneHealthyVersion(
  target: SimulatedTarget,
  service: string,
  runs: readonly { execution: Execution }[],
): string[] {
  const { clusters, weights } = target.state(service)
  const shown = clusters.map(({ role, release, ready }) => `${role} ${release.version} x${ready}`).join(', ')
  const healthy = clusters.length === 1 && clusters[0]!.role === 'stable' && clusters[0]!.ready > 0
  if (healthy && weights.stable === 100) return []
  const reasons = runs.map(({ execution }) => `${execution.status} (${execution.reason})`).join('; ')
  return [`${service} ended with ${shown} and ${JSON.stringify(weights)} after ${reasons}`]
}
