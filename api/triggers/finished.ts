import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Execution } from '../../pipeline/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Store } from '../../store/store.ts'
import type { ProblemError } from '../contract/problem.ts'
import type { Catalog } from '../definitions/catalog.ts'
import { attemptsOf } from './attempt.ts'
import type { Fire } from './fire.ts'
import type { EndedRun } from './happened.ts'

const reader = 'finished-pipelines'
const batch = 200
const pause = 1_000
/** Pipelines that start each other in a circle would never end. */
const longestChain = 10

export interface FinishedParts {
  store: Pick<Store, 'events' | 'position' | 'readers' | 'get'>
  catalog: Pick<Catalog, 'list'>
  fire: Fire
  log: Logger
}

/**
 * Starts what waits for the end of another pipeline, until `signal` aborts. How far it has come is in the store: no end is
 * missed while servers are down, and none counts twice, because the key of a run is the run that ended.
 */
export async function followFinished(
  parts: FinishedParts,
  changed: (position: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const position = await followOnce(parts)
      await changed(position, AbortSignal.any([signal, AbortSignal.timeout(30_000)]))
    } catch (error) {
      parts.log.debug({ err: error }, 'the ends of pipelines cannot be followed right now')
    }
    // Events come in bursts; one look for all of them will do.
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
  }
}

/** Deals with all that ended since the last time; resolves with the position it has come to. */
export async function followOnce(parts: FinishedParts): Promise<number> {
  const { store } = parts
  const known = await store.readers.position(reader)
  // What ended before anyone followed was nobody's business.
  let position = known ?? (await store.position())
  if (known === null) await store.readers.advance(reader, position)
  for (;;) {
    const events = await store.events(position, batch)
    const ended = events.filter(({ kind, data }) => kind === 'execution.status' && isEnd(data.status))
    for (const id of new Set(ended.map(({ execution }) => execution))) {
      const execution = await store.get(id)
      if (execution !== null && isFinal(execution.status)) await startFollowers(execution, parts)
    }
    position = events.at(-1)?.position ?? position
    if (events.length > 0) await store.readers.advance(reader, position)
    if (events.length < batch) return position
  }
}

function isEnd(status: unknown): boolean {
  return typeof status === 'string' && isFinal(status as Execution['status'])
}

async function startFollowers(execution: Execution, parts: FinishedParts): Promise<void> {
  const { catalog, fire } = parts
  const happened = { kind: 'run', run: endedRun(execution) } as const
  for (const { pipeline } of await catalog.list()) {
    if (pipeline === null) continue
    for (const [index, attempt] of attemptsOf(pipeline, happened).entries()) {
      if (attempt.outcome === 'skip') continue
      const principal = `pipeline:${execution.pipeline}`
      const trigger = { ...attempt.trigger, by: principal }
      const order = { pipeline: pipeline.name, principal, key: `${execution.id}/${pipeline.name}/${index}`, trigger }
      if (attempt.outcome === 'refuse') await fire.refuse(order, attempt.errors)
      else if (await isTooLong(execution, parts)) await fire.refuse(order, [tooLong])
      else await fire.start({ ...order, parameters: attempt.parameters })
    }
  }
}

const tooLong: ProblemError = {
  ...{ pointer: '', line: null, column: null },
  message: `pipelines have started each other ${longestChain} times in a row; break the circle`,
}

async function isTooLong(execution: Execution, { store }: FinishedParts): Promise<boolean> {
  let current: Execution | null = execution
  for (let length = 1; length <= longestChain; length++) {
    if (current?.trigger.type !== 'pipeline') return false
    const [before = ''] = (current.trigger.detail ?? '').split(' ')
    current = await store.get(before)
  }
  return true
}

function endedRun({ id, pipeline, application, revision, status, trigger, parameters }: Execution): EndedRun {
  return { id, pipeline, application, revision, status, by: trigger.by, parameters }
}
