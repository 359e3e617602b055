import { AsyncLocalStorage } from 'node:async_hooks'
import type { Activities } from '../../activities/requests.ts'
import type { AnalysisRequest, AnalysisResult } from '../../workflows/analysis.ts'
import { analyse } from '../../workflows/analysis.ts'
import type { Problem, Scope, World } from '../../workflows/world.ts'

/** A world in which time passes only when nothing else can happen; scopes behave as Temporal's do. */
export interface FakeWorld extends World {
  /** Runs work, and time, until the work has ended. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Does something at a time (milliseconds from the start). */
  at(time: number, act: () => void): void
}

const letsGo: ReadonlySet<string> = new Set(['apply', 'remove'])

class Canceled extends Error {
  override readonly name = 'CancelledFailure'
}

interface Node {
  canceled: boolean
  shielded: boolean
  children: Set<Node>
  listeners: Set<() => void>
}

interface Due {
  at: number
  order: number
  act: () => void
}

export function fakeWorld(activities: Activities, start = Date.parse('2026-01-01T00:00:00Z')): FakeWorld {
  const scopes = new AsyncLocalStorage<Node>()
  const root = node(false)
  const due: Due[] = []
  const waiting = new Set<() => boolean>()
  let now = start
  let order = 0
  let fence = 0
  let busy = 0
  const holders = new Map<string, { holder: string | null; line: (() => void)[] }>()

  const current = () => scopes.getStore() ?? root
  const cancelable = <T>(begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const scope = current()
      const abort = () => reject(new Canceled('canceled'))
      if (scope.canceled) return abort()
      scope.listeners.add(abort)
      const done = () => scope.listeners.delete(abort)
      begin(
        value => {
          done()
          resolve(value)
        },
        error => {
          done()
          reject(error)
        },
      )
    })
  const schedule = (at: number, act: () => void) => {
    order += 1
    due.push({ at, order, act })
  }

  const inScopes = (wanted: Activities): Activities => {
    const each = Object.entries(wanted).map(([name, run]) => [
      name,
      async (...request: never[]) => {
        if (current().canceled) throw new Canceled('canceled')
        const work = (run as (...r: never[]) => Promise<unknown>)(...request)
        const answer = cancelable((resolve, reject) => {
          work.then(resolve, reject)
          if (name === 'hold') return
          busy += 1
          work.catch(() => {}).finally(() => (busy -= 1))
        })
        // A cancel waits until these have let go.
        if (letsGo.has(name)) await answer.catch(error => (error instanceof Canceled ? work.catch(() => {}) : null))
        return answer
      },
    ])
    return Object.fromEntries(each) as Activities
  }

  const world: FakeWorld = {
    now: () => now,
    sleep: milliseconds => cancelable(resolve => schedule(now + milliseconds, () => resolve(undefined))),
    condition: (holds, timeout) =>
      cancelable(resolve => {
        if (holds()) return resolve(true)
        const check = () => {
          if (!holds()) return false
          resolve(true)
          return true
        }
        waiting.add(check)
        if (timeout === undefined) return
        schedule(now + timeout, () => {
          waiting.delete(check)
          resolve(holds())
        })
      }),
    activities: inScopes(activities),
    patient: inScopes(activities),
    async analyse(_id: string, request: AnalysisRequest): Promise<AnalysisResult> {
      const unrecorded: AnalysisResult['unrecorded'] = []
      const parts = {
        ...world,
        full: () => false,
        unrecorded: (one: (typeof unrecorded)[number]) => unrecorded.push(one),
      }
      const end = await analyse(request, parts)
      if ('goOn' in end) throw new Error('a fake history is never full')
      return { ...end, unrecorded }
    },
    locks: {
      async acquire(claim, onWait) {
        const key = `${claim.target}/${claim.service}`
        const lock = holders.get(key) ?? { holder: null, line: [] }
        holders.set(key, lock)
        if (lock.holder !== null) {
          onWait(lock.holder)
          await cancelable<void>(resolve => lock.line.push(resolve))
        }
        lock.holder = claim.claim
        fence += 1_000
        return {
          ...claim,
          fence,
          async release() {
            lock.holder = null
            lock.line.shift()?.()
          },
          async warm() {},
        }
      },
    },
    scope<T>(work: () => Promise<T>): Scope<T> {
      const parent = current()
      const own = node(false)
      own.canceled = parent.canceled
      parent.children.add(own)
      return { result: scopes.run(own, work), cancel: () => cancel(own) }
    },
    shielded: work => scopes.run(node(true), work),
    isCancellation: error => error instanceof Canceled,
    checkCanceled() {
      if (current().canceled) throw new Canceled('canceled')
    },
    explain(error): Problem {
      if (error instanceof Error)
        return { kind: 'kind' in error ? String(error.kind) : error.name, message: error.message }
      return { kind: 'Error', message: String(error) }
    },
    at: (time, act) => schedule(start + time, act),
    async run(work) {
      let ended = false
      const result = scopes.run(root, work).finally(() => {
        ended = true
      })
      result.catch(() => {})
      while (!ended) {
        await settled(busy > 0)
        if (ended) break
        let moved = false
        for (const check of waiting)
          if (check()) {
            waiting.delete(check)
            moved = true
          }
        if (moved || busy > 0) continue
        due.sort((a, b) => a.at - b.at || a.order - b.order)
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

function node(shielded: boolean): Node {
  return { canceled: false, shielded, children: new Set(), listeners: new Set() }
}

function cancel(scope: Node): void {
  if (scope.canceled || scope.shielded) return
  scope.canceled = true
  for (const abort of [...scope.listeners]) abort()
  for (const child of scope.children) cancel(child)
}

/** Lets all that is ready run; activities take no time of this world, but may take some of the real one. */
async function settled(busy: boolean): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
  if (busy) await new Promise(resolve => setTimeout(resolve, 1))
}
