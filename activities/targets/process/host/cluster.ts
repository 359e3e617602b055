import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../../../pipeline/clusters.ts'
import type { Release } from '../../../../pipeline/release.ts'
import { type Failure, Unavailable } from '../../../failures.ts'
import { end } from '../../../processes/end.ts'
import { isAlive } from '../../../processes/identity.ts'
import type { Exit } from '../../../processes/start.ts'
import { Instance, type InstanceRecord, stopGrace } from './instance.ts'
import type { ServiceSettings } from './protocol.ts'
import { adopt } from './running.ts'
import { type Blueprint, type Launched, launch, type Slipway } from './start-instance.ts'

/**
 * `committed`: it is what its role stands for. `joining`: it takes a role over, instance by instance. `pending`: it
 * has no role yet.
 */
export const phases = ['pending', 'joining', 'committed'] as const

export type Phase = (typeof phases)[number]

/** What is written down of a cluster. */
export interface ClusterRecord {
  key: string
  role: Role
  release: Release
  size: number
  phase: Phase
}

export interface ClusterContext extends Slipway {
  target: string
  service: string
  settings(): ServiceSettings
  /** The instances or their statuses have changed. */
  changed(): void
  log(message: string, details: object): void
}

const shortLife = 10_000
const longestPause = 30_000

/** Instances of one release in one role, and the effort to have as many of them as wanted. */
export class Cluster {
  readonly key: string
  readonly release: Release
  role: Role
  phase: Phase
  /** Instances wanted once all is done; what is written down. */
  size: number
  /** Why it has fewer healthy instances than wanted; null when it has not. */
  problem: string | null = null
  readonly #context: ClusterContext
  readonly #ended = new AbortController()
  #instances: Instance[] = []
  readonly #starting = new Set<Promise<void>>()
  /** Instances wanted just now; differs from `size` while the cluster is being replaced. */
  #goal = 0
  #refilling = false
  #losses = 0

  constructor(record: Omit<ClusterRecord, 'key'> & { key?: string }, context: ClusterContext) {
    this.key = record.key ?? randomBytes(6).toString('hex')
    this.release = record.release
    this.role = record.role
    this.phase = record.phase
    this.size = record.size
    this.#context = context
  }

  get instances(): readonly Instance[] {
    return this.#instances
  }

  ready(): Instance[] {
    return this.#instances.filter(({ status }) => status === 'ready')
  }

  record(): ClusterRecord {
    const { key, role, release, size, phase } = this
    return { key, role, release, size, phase }
  }

  /**
   * Takes over the instances an earlier host has left and, once committed, starts those that are missing in the
   * background. Resolves when the health of those that were left is known.
   */
  async restore(records: readonly InstanceRecord[]): Promise<void> {
    for (const record of records) {
      if (isAlive(record.identity))
        this.#add({ record, process: adopt(record.identity), log: this.#logOf(record) }, 'unhealthy')
      else this.#bury(record)
    }
    if (this.phase === 'committed') this.keep()
    await Promise.all(this.#instances.map(({ checked }) => checked))
  }

  /** Goes on trying to have `size` instances, in the background. */
  keep(): void {
    this.#goal = this.size
    this.#refill()
  }

  /**
   * Brings it to `count` healthy instances. When that fails, or `signal` aborts, those that were started for it are
   * ended again.
   */
  async grow(count: number, signal: AbortSignal, progress: (message: string) => void): Promise<void> {
    const before = { goal: this.#goal, instances: new Set(this.#instances) }
    const stopped = new AbortController()
    const signals = AbortSignal.any([signal, stopped.signal, this.#ended.signal])
    this.#goal = Math.max(this.#goal, count)
    try {
      const missing = Math.max(0, count - this.#instances.length - this.#starting.size)
      const starts = Array.from({ length: missing }, async () => {
        await this.#start(signals)
        progress(`${this.role} ${this.release.version}: ${this.ready().length} of ${count} instances are healthy`)
      })
      await allOrFirstError(starts, () => stopped.abort())
      await this.#becomesReady(count, signals)
    } catch (error) {
      this.#goal = before.goal
      await this.#stop(this.#instances.filter(instance => !before.instances.has(instance)))
      throw error
    }
  }

  /** Drains and ends all instances but `count`: those that are not healthy first, then the newest. */
  async shrink(count: number): Promise<void> {
    this.#goal = count
    const keep = new Set([...this.#instances].sort(healthyThenOldest).slice(0, count))
    await this.#stop(this.#instances.filter(instance => !keep.has(instance)))
  }

  /** Drains and ends everything, including what is just being started. */
  async end(): Promise<void> {
    this.#goal = 0
    this.#ended.abort()
    await Promise.allSettled(this.#starting)
    await this.#stop([...this.#instances])
  }

  /** Leaves the processes running and forgets them; they stay written down for the next host. */
  async abandon(): Promise<void> {
    this.#goal = 0
    this.#ended.abort()
    await Promise.allSettled(this.#starting)
    for (const instance of this.#instances) instance.abandon()
  }

  async #stop(instances: readonly Instance[]): Promise<void> {
    const { drainTimeout } = this.#context.settings()
    await Promise.all(
      instances.map(async instance => {
        await instance.stop(drainTimeout)
        this.#remove(instance)
      }),
    )
  }

  async #start(signal: AbortSignal): Promise<void> {
    const starting = launch(this.#blueprint(), this.#context, signal).then(launched => this.#add(launched, 'ready'))
    this.#starting.add(starting)
    try {
      await starting
    } finally {
      this.#starting.delete(starting)
    }
  }

  #add({ record, process, log }: Launched, status: 'ready' | 'unhealthy'): void {
    const { health, startTimeout } = this.#context.settings()
    const instance: Instance = new Instance(
      { record, version: this.release.version, log, health, process, patience: startTimeout, status },
      { changed: () => this.#context.changed(), lost: exit => this.#lost(instance, exit) },
    )
    this.#instances.push(instance)
    this.#context.changed()
  }

  /** It has ended, but what it started may still run. */
  #bury(record: InstanceRecord): void {
    void end(record.identity, { grace: stopGrace }).finally(() => this.#context.forget(record))
  }

  #remove(instance: Instance): void {
    this.#instances = this.#instances.filter(other => other !== instance)
    this.#context.forget(instance.record)
    this.#context.changed()
  }

  #lost(instance: Instance, { code, signal }: Exit): void {
    this.#remove(instance)
    const lived = Date.now() - instance.record.startedAt
    this.#losses = lived < shortLife ? this.#losses + 1 : 0
    const how = signal ? `was ended by ${signal}` : code === null ? 'ended' : `exited with code ${code}`
    this.problem = `${this.role} ${this.release.version}: ${instance.id} ${how} after ${(lived / 1_000).toFixed(1)} s`
    this.#context.log('instance lost', { instance: instance.id, version: this.release.version, code, signal, lived })
    this.#refill()
  }

  /** Starts what is missing until nothing is, with pauses that grow while starts fail or instances live shortly. */
  async #refill(): Promise<void> {
    if (this.#refilling) return
    this.#refilling = true
    const { signal } = this.#ended
    try {
      while (this.#missing() > 0) {
        await sleep(pauseAfter(this.#losses), undefined, { signal })
        const starts = await Promise.allSettled(Array.from({ length: this.#missing() }, () => this.#start(signal)))
        signal.throwIfAborted()
        const failure = starts.find(start => start.status === 'rejected')
        if (failure) this.#refillFailed(failure.reason)
        else this.problem = null
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.#refilling = false
    }
  }

  #missing(): number {
    return Math.max(0, this.#goal - this.#instances.length - this.#starting.size)
  }

  #refillFailed(reason: unknown): void {
    this.#losses++
    this.problem = reason instanceof Error ? reason.message : String(reason)
    this.#context.log('instance could not be started', { version: this.release.version, reason: this.problem })
  }

  /** Instances that were there before may be on their way back. */
  async #becomesReady(count: number, signal: AbortSignal): Promise<void> {
    const { startTimeout } = this.#context.settings()
    const deadline = performance.now() + startTimeout
    while (this.ready().length < count) {
      signal.throwIfAborted()
      if (!(performance.now() < deadline)) throw this.#notReady(count)
      await sleep(25, undefined, { signal })
    }
  }

  #notReady(count: number): Failure {
    const now = `${this.ready().length} of ${count} instances of ${this.#context.service} are healthy`
    return new Unavailable(`${now}. ${this.problem ?? 'The others do not pass their health check.'}`)
  }

  #blueprint(): Blueprint {
    const { target, service, settings } = this.#context
    return { target, service, cluster: this.key, role: this.role, release: this.release, settings: settings() }
  }

  #logOf({ id }: InstanceRecord): string {
    return `${this.#context.logs}/${this.#context.target}.${id}.log`
  }
}

function pauseAfter(losses: number): number {
  return Math.min(100 * 2 ** losses, longestPause)
}

function healthyThenOldest(a: Instance, b: Instance): number {
  const healthy = Number(b.status === 'ready') - Number(a.status === 'ready')
  return healthy || a.record.startedAt - b.record.startedAt
}

/** Waits for all; the first error stops the others, and is thrown when they have stopped. */
async function allOrFirstError(work: readonly Promise<void>[], stop: () => void): Promise<void> {
  let first: { error: unknown } | undefined
  await Promise.all(
    work.map(one =>
      one.catch(error => {
        first ??= { error }
        stop()
      }),
    ),
  )
  if (first) throw first.error
}
