import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { end } from '../../../processes/end.ts'
import type { ProcessIdentity } from '../../../processes/identity.ts'
import type { Exit, StartedProcess } from '../../../processes/start.ts'
import { probe } from './health.ts'
import type { InstanceStatus } from './protocol.ts'
import type { Backend } from './router/backends.ts'

/** What is written down of an instance before it runs; enough to adopt it. */
export interface InstanceRecord {
  id: string
  /** Key of its cluster. */
  cluster: string
  identity: ProcessIdentity
  port: number
  startedAt: number
}

export interface InstanceOptions {
  record: InstanceRecord
  version: string
  log: string
  health: string
  process: StartedProcess
  /** Milliseconds it may fail its health check before it is given up. */
  patience: number
  /** `unhealthy` when it was found and not started: then its health is asked first. */
  status: 'ready' | 'unhealthy'
}

export interface InstanceEvents {
  /** Its status has changed. */
  changed(): void
  /** It has ended although nobody asked it to, or was given up. */
  lost(exit: Exit): void
}

/** Milliseconds: between health checks, for one of them, between asking a process to end and forcing it. */
const healthInterval = 1_000
const healthTimeout = 2_000
const failuresUntilUnhealthy = 3
export const stopGrace = 5_000

/**
 * Idle connections to an instance are closed before most servers do it (the shortest usual limit is 2 s), or when the
 * server said it would: a request sent into a closing connection cannot always be sent again.
 */
const idleConnection = 1_500

/** One running process of a release that was healthy at least once. */
export class Instance implements Backend {
  readonly record: InstanceRecord
  readonly id: string
  readonly version: string
  readonly port: number
  readonly log: string
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 1_024, timeout: idleConnection, scheduling: 'lifo' })
  readonly #health: string
  readonly #patience: number
  readonly #events: InstanceEvents
  readonly #inFlight = new Set<() => void>()
  readonly #ended = new AbortController()
  /** Resolves when its health was asked once. */
  readonly checked: Promise<void>
  #status: InstanceStatus
  #stopping: Promise<void> | undefined
  #failures = 0
  #failingSince = 0
  #idle: (() => void) | undefined
  #checkNow: (() => void) | undefined

  constructor(options: InstanceOptions, events: InstanceEvents) {
    this.record = options.record
    this.id = options.record.id
    this.version = options.version
    this.port = options.record.port
    this.log = options.log
    this.#health = options.health
    this.#patience = options.patience
    this.#events = events
    this.#status = options.status
    options.process.exited.then(exit => this.#exited(exit))
    this.checked = options.status === 'ready' ? Promise.resolve() : this.#check()
    this.#watch()
  }

  get status(): InstanceStatus {
    return this.#status
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  take(cut: () => void): () => void {
    this.#inFlight.add(cut)
    return () => {
      this.#inFlight.delete(cut)
      if (this.#inFlight.size === 0) this.#idle?.()
    }
  }

  suspect(): void {
    this.#checkNow?.()
  }

  /** Takes no more requests, finishes those it has within `drain` milliseconds, and ends with all it has started. */
  stop(drain: number): Promise<void> {
    this.#stopping ??= this.#stop(drain)
    return this.#stopping
  }

  async #stop(drain: number): Promise<void> {
    if (this.#status === 'ended') return
    this.#become('draining')
    await this.#drained(drain)
    this.#become('ended')
    this.#ended.abort()
    this.agent.destroy()
    await end(this.record.identity, { grace: stopGrace })
  }

  /** Leaves the process alone and forgets it. */
  abandon(): void {
    this.#status = 'ended'
    this.#ended.abort()
    this.agent.destroy()
  }

  async #drained(within: number): Promise<void> {
    if (this.#inFlight.size === 0) return
    const idle = new Promise<void>(resolve => {
      this.#idle = resolve
    })
    await Promise.race([idle, sleep(within, undefined, { signal: this.#ended.signal }).catch(() => {})])
    for (const cut of [...this.#inFlight]) cut()
  }

  async #watch(): Promise<void> {
    await this.checked
    while (!this.#ended.signal.aborted) {
      await this.#pause(this.#failures === 0 ? healthInterval : healthInterval / 4)
      await this.#check()
    }
  }

  async #check(): Promise<void> {
    if (!this.#runs()) return
    const problem = await probe(this.port, this.#health, healthTimeout)
    if (!this.#runs()) return
    if (problem === null) {
      this.#failures = 0
      this.#become('ready')
      return
    }
    if (this.#failures++ === 0) this.#failingSince = performance.now()
    if (this.#failures >= failuresUntilUnhealthy) this.#become('unhealthy')
    if (performance.now() - this.#failingSince > this.#patience) await this.#giveUp()
  }

  #runs(): boolean {
    return this.#status === 'ready' || this.#status === 'unhealthy'
  }

  /** Until the next check is due, or somebody suspects that it fails. */
  async #pause(milliseconds: number): Promise<void> {
    const wake = new AbortController()
    this.#checkNow = () => wake.abort()
    const signal = AbortSignal.any([wake.signal, this.#ended.signal])
    await sleep(milliseconds, undefined, { signal }).catch(() => {})
    this.#checkNow = undefined
  }

  async #giveUp(): Promise<void> {
    await this.stop(0)
    this.#events.lost({ code: null, signal: null })
  }

  #exited(exit: Exit): void {
    if (this.#status === 'ended') return
    const wanted = this.#status === 'draining'
    this.#become('ended')
    this.#ended.abort()
    this.agent.destroy()
    // What it has started may still run.
    void end(this.record.identity, { grace: stopGrace })
    if (!wanted) this.#events.lost(exit)
  }

  #become(status: InstanceStatus): void {
    if (this.#status === status) return
    this.#status = status
    this.#events.changed()
  }
}
