import { AsyncLocalStorage } from 'node:async_hooks'
import type { Scope } from '../../../workflows/world.ts'

/** Cancellation as Temporal has it: a tree of scopes, of which some are shielded. */
export interface Scopes {
  scope<T>(work: () => Promise<T>): Scope<T>
  shielded<T>(work: () => Promise<T>): Promise<T>
  /** Runs work at the root. */
  root<T>(work: () => Promise<T>): Promise<T>
  /** A promise that rejects as soon as the scope it is made in is canceled. */
  cancelable<T>(begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T>
  checkCanceled(): void
}

export class Canceled extends Error {
  override readonly name = 'CancelledFailure'
}

interface Node {
  canceled: boolean
  shielded: boolean
  children: Set<Node>
  listeners: Set<() => void>
}

export function createScopes(): Scopes {
  const scopes = new AsyncLocalStorage<Node>()
  const root = node(false)
  const current = () => scopes.getStore() ?? root
  return {
    scope<T>(work: () => Promise<T>): Scope<T> {
      const parent = current()
      const own = node(false)
      own.canceled = parent.canceled
      parent.children.add(own)
      return { result: scopes.run(own, work), cancel: () => cancel(own) }
    },
    shielded: work => scopes.run(node(true), work),
    root: work => scopes.run(root, work),
    cancelable: begin =>
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
      }),
    checkCanceled() {
      if (current().canceled) throw new Canceled('canceled')
    },
  }
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
