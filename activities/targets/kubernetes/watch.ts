import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '../../failures.ts'
import { ApiError, type KubernetesApi } from './api.ts'

export interface Named {
  metadata?: { name?: string; resourceVersion?: string }
}

interface Collection {
  metadata: { resourceVersion: string }
  items: Named[]
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: Named & { code?: number }
}

/**
 * Waits for objects of whole collections: one watch a collection however many wait, started by the first and ended some
 * time after the last.
 */
export interface Watches {
  /**
   * Resolves with what `check` makes of the object (null: it does not exist) as soon as that is not undefined. `check`
   * is asked at every change, and every `every` milliseconds, but not about what is older than `since`: the version of
   * an object that was written.
   */
  until<T extends object, R>(
    collection: string,
    name: string,
    check: (object: T | null) => R | undefined | Promise<R | undefined>,
    options: { signal: AbortSignal; every: number; since?: string },
  ): Promise<R>
  /**
   * All objects of a collection by name; null while the watch, which is started by this, may have missed something of
   * those that are `meant`, by their name or as they were last seen; all, when that is left out.
   */
  objects(collection: string, meant?: Meant): ReadonlyMap<string, Named> | null
  /** Changes of the objects that are `meant`. */
  changes(collection: string, meant: (name: string) => boolean): Changes
  /** What an own request came back with, before the watch tells. */
  saw(collection: string, object: Named): void
  /** What is known of an object is wrong: `objects` that mean it are null until something is heard of it, or should have been. */
  doubt(collection: string, name: string): void
}

export type Meant = (name: string, seen: Named | undefined) => boolean

/** Milliseconds a watch goes on without anybody who waits. */
const linger = 30_000
/** Milliseconds before a watch that broke off is resumed; doubled each time it breaks off again at once. */
const pause = 250
const longestPause = 5_000
/** A watch that ends sooner has broken off, however politely. */
const shortest = 1_000
/** Milliseconds within which a watch tells what has happened. */
const hearsay = 2_000
/** Seconds after which the server ends a watch by itself; then it is resumed. */
const watchSeconds = '240'

export function openWatches(api: KubernetesApi): Watches {
  const open = new Map<string, Watch>()

  function watchOf(collection: string): Watch {
    const found = open.get(collection)
    if (found) return found
    const made = startWatch(api, collection, () => open.delete(collection))
    open.set(collection, made)
    return made
  }

  return {
    async until(collection, name, check, { signal, every, since = '0' }) {
      const watch = watchOf(collection)
      const changes = watch.listen(other => other === name)
      try {
        for (;;) {
          signal.throwIfAborted()
          const object = watch.look(name, Number(since))
          const result = object === undefined ? undefined : await check(object as never)
          if (result !== undefined) return result
          await changes.next(every, signal)
        }
      } finally {
        changes.close()
      }
    },
    objects: (collection, meant = () => true) => watchOf(collection).objects(meant),
    changes: (collection, meant) => watchOf(collection).listen(meant),
    saw: (collection, object) => open.get(collection)?.saw(object),
    doubt: (collection, name) => open.get(collection)?.doubt(name),
  }
}

export interface Changes {
  /** Resolves at a change since the last call, or after so many milliseconds. */
  next(milliseconds: number, signal: AbortSignal): Promise<void>
  close(): void
}

/** Where nothing is watched: nothing is heard. */
export function unwatched(): Changes {
  return { next: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }), close() {} }
}

interface Watch {
  /** Null: it does not exist; undefined: nobody knows yet how it is since that version. */
  look(name: string, since: number): object | null | undefined
  listen(meant: (name: string) => boolean): Changes
  objects(meant: Meant): ReadonlyMap<string, Named> | null
  saw(object: Named): void
  doubt(name: string): void
}

/** A cut connection, or a busy server, is taken up where it was; what is refused is listed anew. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status !== 429 && error.status < 500
}

function retryAfterOf(error: unknown): number {
  return error instanceof ApiError || error instanceof Unavailable ? (error.retryAfter ?? 0) : 0
}

function versionOf(object: Named | undefined): number {
  return Number(object?.metadata?.resourceVersion ?? 0)
}

function startWatch(api: KubernetesApi, collection: string, ended: () => void): Watch {
  const stop = new AbortController()
  const listeners = new Map<() => void, (name: string) => boolean>()
  let objects: Map<string, Named> | null = null
  /** The version to go on from; null: everything has to be listed. */
  let at: string | null = null
  /** Everything up to this version has been seen; versions of one kind can be compared. */
  let reached = 0
  /** Nothing can have been missed: it was listed, or heard of, since the connection was made. */
  let live = false
  /** Until when something must have been heard of it. */
  const doubtful = new Map<string, number>()
  let idle: NodeJS.Timeout | undefined

  const keep = (object: Named) => {
    const name = object.metadata!.name!
    doubtful.delete(name)
    if (!(versionOf(objects?.get(name)) > versionOf(object))) objects?.set(name, object)
  }

  const tell = (name: string) => {
    for (const [wake, meant] of listeners) if (meant(name)) wake()
  }

  async function list(): Promise<void> {
    const { metadata, items } = await api.send<Collection>(collection, { signal: stop.signal })
    objects = new Map(items.map(item => [item.metadata!.name!, item]))
    at = metadata.resourceVersion
    reached = Number(at)
    doubtful.clear()
    live = true
    for (const wake of listeners.keys()) wake()
  }

  /** Until the server ends it, or has forgotten where we are. */
  async function follow(from: string): Promise<void> {
    const query = { watch: '1', allowWatchBookmarks: 'true', resourceVersion: from, timeoutSeconds: watchSeconds }
    for await (const line of api.lines(collection, query, stop.signal)) {
      const { type, object } = JSON.parse(line) as WatchEvent
      if (type === 'ERROR') {
        if (object.code === 410) at = null
        return
      }
      at = object.metadata!.resourceVersion!
      reached = Math.max(reached, Number(at))
      live = true
      if (type === 'BOOKMARK') continue
      const name = object.metadata!.name!
      if (type === 'DELETED') {
        objects!.delete(name)
        doubtful.delete(name)
      } else keep(object)
      tell(name)
    }
  }

  async function run(): Promise<void> {
    for (let brokenOff = 0; !stop.signal.aborted; ) {
      const began = performance.now()
      let asked = 0
      try {
        if (at === null) await list()
        await follow(at!)
      } catch (error) {
        if (isRefusal(error)) at = null
        asked = retryAfterOf(error)
      }
      live = false
      brokenOff = performance.now() - began < shortest ? brokenOff + 1 : 0
      const usual = brokenOff === 0 ? 0 : Math.min(longestPause, pause * 2 ** (brokenOff - 1))
      await sleep(Math.max(usual, asked), undefined, { signal: stop.signal }).catch(() => {})
    }
  }

  function endWhenIdle(): void {
    clearTimeout(idle)
    if (listeners.size > 0) return
    idle = setTimeout(() => {
      stop.abort()
      ended()
    }, linger)
    idle.unref()
  }

  void run()
  return {
    look: (name, since) => (objects === null || reached < since ? undefined : (objects.get(name) ?? null)),
    objects(meant) {
      endWhenIdle()
      for (const [name, until] of doubtful) if (performance.now() > until) doubtful.delete(name)
      const isDoubtful = [...doubtful.keys()].some(name => meant(name, objects?.get(name)))
      return live && !isDoubtful ? objects : null
    },
    saw(object) {
      // What the watch has passed and does not have any more was deleted since.
      const isGone = objects !== null && !objects.has(object.metadata!.name!) && versionOf(object) <= reached
      if (!isGone) keep(object)
    },
    doubt: name => void doubtful.set(name, performance.now() + hearsay),
    listen(meant) {
      clearTimeout(idle)
      let changed = false
      let waiting: (() => void) | null = null
      const wake = () => {
        changed = true
        waiting?.()
      }
      listeners.set(wake, meant)
      return {
        async next(milliseconds, signal) {
          const { promise, resolve } = Promise.withResolvers<void>()
          const timer = setTimeout(resolve, milliseconds)
          waiting = resolve
          signal.addEventListener('abort', wake, { once: true })
          if (changed || signal.aborted) resolve()
          await promise
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          waiting = null
          changed = false
        },
        close() {
          listeners.delete(wake)
          endWhenIdle()
        },
      }
    },
  }
}
