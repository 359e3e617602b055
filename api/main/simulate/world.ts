import type { Activities } from '../../../activities/requests.ts'
import type { AnalysisRequest, AnalysisResult } from '../../../workflows/analysis.ts'
import { analyse } from '../../../workflows/analysis.ts'
import type { Locks, Problem, World } from '../../../workflows/world.ts'
import { Canceled, createScopes, type Scopes } from './scopes.ts'

/** A world in which time passes only when nothing else can happen; scopes behave as Temporal's do. */
export interface SimulatedWorld extends World {
  /** Runs work, and time, until the work has ended. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Does something at a time (milliseconds from the start). */
  at(time: number, act: () => void): void
}

export interface WorldOptions {
  /** Epoch milliseconds. */
  start: number
  /** How much of the world's time an activity takes; without it none. */
  takes?: (activity: keyof Activities, request: unknown) => number
}

const letsGo: ReadonlySet<string> = new Set(['apply', 'shift', 'remove'])
/** These may go on until they are canceled: time does not wait for them. */
const endless: ReadonlySet<string> = new Set(['hold', 'call', 'runJob', 'pipelineEnded'])

interface Due {
  at: number
  order: number
  act: () => void
}

export function simulatedWorld(activities: Activities, { start, takes = () => 0 }: WorldOptions): SimulatedWorld {
  const scopes = createScopes()
  const { cancelable } = scopes
  const due: Due[] = []
  const waiting = new Set<() => boolean>()
  let now = start
  let order = 0
  let busy = 0

  const schedule = (at: number, act: () => void) => {
    order += 1
    const one = { at, order, act }
    const place = due.findLastIndex(other => other.at <= at) + 1
    due.splice(place, 0, one)
  }
  const sleep = (milliseconds: number) =>
    cancelable<void>(resolve => schedule(now + milliseconds, () => resolve(undefined)))

  const perform = async (name: keyof Activities, request: unknown[]): Promise<unknown> => {
    scopes.checkCanceled()
    const time = takes(name, request[0])
    if (time > 0) await sleep(time)
    const work = (activities[name] as (...request: unknown[]) => Promise<unknown>)(...request)
    const answer = cancelable((resolve, reject) => {
      work.then(resolve, reject)
      if (endless.has(name)) return
      busy += 1
      work.catch(() => {}).finally(() => (busy -= 1))
    })
    // A cancel waits until these have let go.
    if (letsGo.has(name)) await answer.catch(error => (error instanceof Canceled ? work.catch(() => {}) : null))
    return answer
  }
  const each = (Object.keys(activities) as (keyof Activities)[]).map(name => [
    name,
    (...request: unknown[]) => perform(name, request),
  ])
  const performed = Object.fromEntries(each) as Activities

  const world: SimulatedWorld = {
    now: () => now,
    sleep,
    condition: (holds, timeout) =>
      cancelable(resolve => {
        if (holds()) return resolve(true)
        const check = () => {
          if (!holds()) return false
          waiting.delete(check)
          resolve(true)
          return true
        }
        waiting.add(check)
        if (timeout === undefined) return
        schedule(now + timeout, () => {
          if (waiting.delete(check)) resolve(holds())
        })
      }),
    activities: performed,
    patient: performed,
    analyse: (_id, request) => analyseIn(world, request),
    locks: createLocks(scopes),
    // Nobody else runs the pipeline.
    turns: { take: async () => ({ granted: true, leave: async () => {} }) },
    scope: scopes.scope,
    shielded: scopes.shielded,
    isCancellation: error => error instanceof Canceled,
    patched: () => true,
    started: start,
    checkCanceled: scopes.checkCanceled,
    explain,
    at: (time, act) => schedule(start + time, act),
    async run(work) {
      let ended = false
      const result = scopes.root(work).finally(() => {
        ended = true
      })
      result.catch(() => {})
      while (!ended) {
        await settled(busy > 0)
        if (ended) break
        if ([...waiting].filter(check => check()).length > 0 || busy > 0) continue
        const next = due.shift()
        if (next === undefined) throw new Error('nothing can happen any more, and the work has not ended')
        now = Math.max(now, next.at)
        next.act()
      }
      return result
    },
  }
  return world
}

async function analyseIn(world: World, request: AnalysisRequest): Promise<AnalysisResult> {
  const unrecorded: AnalysisResult['unrecorded'] = []
  const parts = {
    ...world,
    full: () => false,
    unrecorded: (one: (typeof unrecorded)[number]) => unrecorded.push(one),
  }
  const end = await analyse(request, parts)
  if ('goOn' in end) throw new Error('a simulated history is never full')
  return { ...end, unrecorded }
}

/** One writer per service and target, first come, first served. */
function createLocks({ cancelable }: Scopes): Locks {
  const all = new Map<string, { holder: string | null; line: (() => void)[] }>()
  let fence = 0
  return {
    async acquire(claim, onWait) {
      const key = `${claim.target}/${claim.service}`
      const lock = all.get(key) ?? { holder: null, line: [] }
      all.set(key, lock)
      if (lock.holder !== null) {
        onWait(lock.holder)
        let turn = () => {}
        const granted = cancelable<void>(resolve => {
          turn = () => resolve()
          lock.line.push(turn)
        })
        await granted.catch(error => {
          lock.line = lock.line.filter(other => other !== turn)
          throw error
        })
      }
      lock.holder = claim.claim
      fence += 1_000
      return {
        ...claim,
        fence,
        seen: null,
        async release() {
          lock.holder = null
          lock.line.shift()?.()
        },
        async warm() {},
      }
    },
  }
}

function explain(error: unknown): Problem {
  if (error instanceof Error) return { kind: 'kind' in error ? String(error.kind) : error.name, message: error.message }
  return { kind: 'Error', message: String(error) }
}

/** Lets all that is ready run; activities take no time of this world, but may take some of the real one. */
async function settled(busy: boolean): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
  if (busy) await new Promise(resolve => setTimeout(resolve, 1))
}
