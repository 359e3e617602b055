import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { Refused } from '../../../failures.ts'
import { apply } from './apply.ts'
import type { Cluster } from './cluster.ts'
import { Front } from './front.ts'
import type { Instance, InstanceRecord } from './instance.ts'
import { Lease } from './lease.ts'
import { Operations } from './operations.ts'
import type {
  ApplyRequest,
  Counts,
  CountsQuery,
  InstanceReport,
  RemoveRequest,
  RouteRequest,
  ServiceReport,
  ServiceSettings,
} from './protocol.ts'
import { Roles } from './roles.ts'
import type { Recorder } from './router/recorder.ts'
import { Router } from './router/router.ts'
import type { Slipway } from './start-instance.ts'
import type { ServiceRecord } from './state.ts'
import { checkWeights, onlyTo, sameWeights } from './weights.ts'

/** What a host lends to its services. */
export interface ServiceContext extends Slipway {
  recorder: Recorder
  /** Writes everything down; durable when it resolves. */
  save(): Promise<void>
  log(message: string, details: object): void
}

/** Milliseconds for which the health of instances that were found again is waited for before serving goes on. */
const recognised = 500
/** Milliseconds after which the counters of an instance that is gone have been read for the last time. */
const scraped = 600_000

/** One service of one target: its clusters, its router, and what was asked of it. */
export class Service {
  readonly target: string
  readonly service: string
  readonly roles: Roles
  readonly #context: ServiceContext
  readonly #operations: Operations
  readonly #router: Router
  readonly #front: Front
  readonly #lease = new Lease(() => this.#lapse())
  /** Of every process that was started and is not known to be gone; written down before it runs. */
  readonly #instances = new Map<string, InstanceRecord>()
  /** What an earlier host has not finished is taken back before clusters are changed again; traffic never waits. */
  #recovered: Promise<void> = Promise.resolve()
  #settings: ServiceSettings
  #weights: Weights
  #lapsed: ServiceReport['lapsed']

  constructor(record: Omit<ServiceRecord, 'clusters' | 'instances' | 'leaseUntil'>, context: ServiceContext) {
    this.target = record.target
    this.service = record.service
    this.#context = context
    this.#settings = record.settings
    this.#weights = record.weights
    this.#lapsed = record.lapsed
    this.#operations = new Operations(this.name, record)
    this.roles = this.#makeRoles()
    const settings = () => this.#settings
    this.#router = new Router({ backends: this.roles, recorder: context.recorder, settings })
    this.#router.route(record.weights)
    this.#front = new Front(this.#router, record.port)
  }

  get name(): string {
    return `${this.service} on ${this.target}`
  }

  async apply({ settings, desired, op }: ApplyRequest, progress: (message: string) => void): Promise<ServiceReport> {
    // A new stable version may displace the previous one, and may come from where it was tried.
    const roles: Role[] = desired.role === 'stable' ? ['stable', 'previous', 'canary', 'preview'] : [desired.role]
    await this.#operations.run(op, roles, async signal => {
      await this.#recovered
      this.#settings = settings
      await this.#front.open(settings.port, this.name)
      await this.save()
      await apply(this, desired, signal, progress)
    })
    await this.save()
    return this.report()
  }

  async route({ weights, op }: RouteRequest): Promise<ServiceReport> {
    const until = op.lease === undefined ? null : Date.now() + op.lease
    if (this.#renews(op, weights)) this.#lease.set(until)
    await this.#operations.run(op, [], async () => {
      checkWeights(this.name, this.roles, weights)
      const before = this.#weights
      this.#lapsed = null
      this.shift(weights)
      this.#lease.set(until)
      if (!sameWeights(before, weights)) this.log('weights changed', { weights, op: op.id })
    })
    await this.save()
    return this.report()
  }

  async remove({ role, op }: RemoveRequest, progress: (message: string) => void): Promise<ServiceReport> {
    await this.#operations.run(op, [role], async () => {
      await this.#recovered
      const weight = this.weightOf(role)
      if (weight > 0)
        throw new Refused(`${this.name}: ${role} still gets ${weight} % of the traffic; route it elsewhere first`)
      progress(`draining ${role}`)
      await this.roles.remove(role)
    })
    await this.save()
    return this.report()
  }

  weights(): Weights {
    return this.#weights
  }

  weightOf(role: Role): number {
    return this.#weights[role] ?? 0
  }

  /** Changes where traffic goes, now. */
  shift(weights: Weights): void {
    this.#weights = weights
    this.#router.route(weights)
    if (sameWeights(weights, onlyTo('stable'))) this.#lease.set(null)
  }

  save(): Promise<void> {
    return this.#context.save()
  }

  log(message: string, details: object): void {
    this.#context.log(message, { service: this.name, ...details })
  }

  counts(query: CountsQuery): Counts | null {
    return this.#context.recorder.counts(query)
  }

  /** Brings back what an earlier host has written down: instances first, then the router on its old port. */
  async restore(record: ServiceRecord): Promise<void> {
    for (const instance of record.instances) this.#instances.set(instance.id, instance)
    const restored = record.clusters.map(cluster => this.roles.restore(cluster, record.instances))
    await Promise.race([Promise.all(restored), new Promise(resolve => setTimeout(resolve, recognised))])
    this.#lease.set(record.leaseUntil)
    await this.#front.reopen()
    this.#recovered = this.roles
      .finishUnfinished()
      .then(() => this.save())
      .catch(error => this.log('an unfinished change could not be taken back', { error: String(error) }))
  }

  /** Stops serving. `end` ends the instances too; `keep` leaves them for the next host. */
  async stop(instances: 'end' | 'keep'): Promise<void> {
    this.#lease.suspend()
    await this.#operations.stop('the process host is being stopped')
    await this.#front.close(instances === 'keep' ? 1_000 : this.#settings.drainTimeout)
    await Promise.all(this.roles.all().map(cluster => (instances === 'keep' ? cluster.abandon() : cluster.end())))
  }

  report(): ServiceReport {
    const problems = [this.#front.problem, ...this.roles.all().map(({ problem }) => problem)]
    return {
      target: this.target,
      service: this.service,
      clusters: this.roles.committed().map(({ role, release, size }) => {
        return { role, release, instances: size, ready: this.roles.ready(role).length }
      }),
      weights: this.#weights,
      fence: this.#operations.fence,
      url: this.#front.url,
      leaseUntil: this.#lease.until,
      lapsed: this.#lapsed,
      instances: this.roles.all().flatMap(cluster => cluster.instances.map(instance => reportOf(cluster, instance))),
      problems: problems.filter(problem => problem !== null),
    }
  }

  record(): ServiceRecord {
    return {
      target: this.target,
      service: this.service,
      settings: this.#settings,
      port: this.#front.port,
      ...this.#operations.record(),
      weights: this.#weights,
      leaseUntil: this.#lease.until,
      lapsed: this.#lapsed,
      clusters: this.roles.all().map(cluster => cluster.record()),
      instances: [...this.#instances.values()],
    }
  }

  /** Doing a route again renews its lease while it holds; what has lapsed stays so. */
  #renews(op: RouteRequest['op'], weights: Weights): boolean {
    const holds = this.#lapsed === null && sameWeights(this.#weights, weights)
    return holds && this.#operations.wasDone(op) && op.fence >= this.#operations.fence
  }

  /** Nobody has renewed the lease: traffic returns to the version that was good. */
  #lapse(): void {
    const healthy = (role: Role) => this.roles.ready(role).length > 0
    const role = !healthy('stable') && healthy('previous') ? 'previous' : 'stable'
    const before = this.#weights
    if (!this.roles.cluster(role) || sameWeights(before, onlyTo(role))) return
    this.#lapsed = { at: Date.now(), weights: before }
    this.shift(onlyTo(role))
    this.log('lease ran out', { before, after: this.#weights })
    this.save().catch(error => this.log('state could not be saved', { error: String(error) }))
  }

  #makeRoles(): Roles {
    const { data, logs, reservePort, remember, forget, recorder } = this.#context
    return new Roles({
      target: this.target,
      service: this.service,
      data,
      logs,
      reservePort,
      remember: async record => {
        this.#instances.set(record.id, record)
        await remember(record)
      },
      forget: record => {
        this.#instances.delete(record.id)
        setTimeout(() => recorder.forget(record.id), scraped).unref()
        forget(record)
      },
      expect: (role, version) => recorder.expect(role, version),
      settings: () => this.#settings,
      log: (message, details) => this.log(message, details),
    })
  }
}

function reportOf({ role }: Cluster, instance: Instance): InstanceReport {
  const { id, version, port, status, inFlight, log, record } = instance
  return { id, role, version, pid: record.identity.pid, port, status, inFlight, startedAt: record.startedAt, log }
}
