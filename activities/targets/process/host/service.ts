import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { Refused } from '../../../failures.ts'
import { freePort, listenersOn } from '../../../processes/ports.ts'
import { apply } from './apply.ts'
import { Cluster, type ClusterContext, type ClusterRecord } from './cluster.ts'
import type { Instance, InstanceRecord } from './instance.ts'
import { Lease } from './lease.ts'
import { Operations } from './operations.ts'
import type {
  ApplyRequest,
  Counts,
  CountsQuery,
  RemoveRequest,
  RouteRequest,
  ServiceReport,
  ServiceSettings,
} from './protocol.ts'
import type { Backends } from './router/backends.ts'
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

/** One service of one target: its clusters, its router, and what was asked of it. */
export class Service implements Backends {
  readonly target: string
  readonly service: string
  readonly router: Router
  readonly operations: Operations
  readonly #context: ServiceContext
  readonly #lease = new Lease(() => this.#lapse())
  /** What each role stands for. */
  readonly #committed = new Map<Role, Cluster>()
  /** Pending and joining ones. */
  readonly #others = new Set<Cluster>()
  /** Records of running instances, written down before they run. */
  readonly #records = new Map<string, InstanceRecord>()
  #settings: ServiceSettings
  #port: number
  #weights: Weights
  #lapsed: ServiceReport['lapsed']
  #routerProblem: string | null = null
  #ready = new Map<Role, readonly Instance[]>()

  constructor(record: Omit<ServiceRecord, 'clusters' | 'instances' | 'leaseUntil'>, context: ServiceContext) {
    this.target = record.target
    this.service = record.service
    this.operations = new Operations(this.name, record)
    this.#context = context
    this.#settings = record.settings
    this.#port = record.port
    this.#weights = record.weights
    this.#lapsed = record.lapsed
    this.router = new Router({ backends: this, recorder: context.recorder, settings: () => this.#settings })
    this.router.route(record.weights)
  }

  get name(): string {
    return `${this.service} on ${this.target}`
  }

  get settings(): ServiceSettings {
    return this.#settings
  }

  async apply(request: ApplyRequest, progress: (message: string) => void): Promise<ServiceReport> {
    const { settings, desired, op } = request
    // A new stable version may displace the old one, and may come from where it was tried.
    const roles: Role[] = desired.role === 'stable' ? ['stable', 'previous', 'canary', 'preview'] : [desired.role]
    await this.operations.run(op, roles, async signal => {
      await this.#configure(settings)
      await this.#context.save()
      await apply(this, desired, signal, progress)
    })
    await this.#context.save()
    return this.report()
  }

  async route({ weights, op }: RouteRequest): Promise<ServiceReport> {
    const until = op.lease === undefined ? null : Date.now() + op.lease
    if (this.operations.wasDone(op) && op.fence >= this.operations.fence && this.#holds(weights)) this.#lease.set(until)
    await this.operations.run(op, [], async () => {
      checkWeights(this, weights)
      this.#lapsed = null
      this.shift(weights)
      this.#lease.set(until)
      this.#context.log('weights changed', { service: this.name, weights, op: op.id, leaseUntil: until })
    })
    await this.#context.save()
    return this.report()
  }

  async remove({ role, op }: RemoveRequest, progress: (message: string) => void): Promise<ServiceReport> {
    await this.operations.run(op, [role], async () => {
      const weight = this.weightOf(role)
      if (weight > 0)
        throw new Refused(`${this.name}: ${role} still gets ${weight} % of the traffic; route it elsewhere first`)
      const cluster = this.#committed.get(role)
      if (!cluster) return
      progress(`draining ${role} ${cluster.release.version}`)
      this.#committed.delete(role)
      cluster.phase = 'pending'
      this.#others.add(cluster)
      this.changed()
      await cluster.end()
      this.#others.delete(cluster)
    })
    await this.#context.save()
    return this.report()
  }

  // What `apply` works with.

  cluster(role: Role): Cluster | undefined {
    return this.#committed.get(role)
  }

  clusters(): readonly Cluster[] {
    return [...this.#committed.values()]
  }

  weights(): Weights {
    return this.#weights
  }

  weightOf(role: Role): number {
    return this.#weights[role] ?? 0
  }

  /** A cluster that stands for nothing yet; its instances take traffic once it joins or is committed. */
  begin(record: Omit<ClusterRecord, 'key'>): Cluster {
    const cluster = new Cluster(record, this.#clusterContext())
    this.#others.add(cluster)
    return cluster
  }

  /** Makes clusters stand for roles, all at once; what stood for them before stands for nothing any more. */
  commit(assignments: ReadonlyMap<Role, Cluster>): void {
    for (const [role, cluster] of this.#committed)
      if (assignments.has(role) || [...assignments.values()].includes(cluster)) {
        this.#committed.delete(role)
        this.#others.add(cluster)
      }
    for (const [role, cluster] of assignments) {
      cluster.role = role
      cluster.phase = 'committed'
      this.#others.delete(cluster)
      this.#committed.set(role, cluster)
      this.#context.recorder.expect(role, cluster.release.version)
    }
    for (const cluster of this.#others) if (cluster.phase === 'committed') cluster.phase = 'pending'
    this.changed()
  }

  /** Ends a cluster that stands for nothing. */
  async discard(cluster: Cluster): Promise<void> {
    await cluster.end()
    this.#others.delete(cluster)
  }

  shift(weights: Weights): void {
    this.#weights = weights
    this.router.route(weights)
    if (sameWeights(weights, onlyTo('stable'))) this.#lease.set(null)
  }

  changed(): void {
    this.#ready = new Map()
  }

  save(): Promise<void> {
    return this.#context.save()
  }

  log(message: string, details: object): void {
    this.#context.log(message, { service: this.name, ...details })
  }

  // What the router asks.

  ready(role: Role): readonly Instance[] {
    const known = this.#ready.get(role)
    if (known) return known
    const found = this.#serving(role).flatMap(cluster => cluster.ready())
    this.#ready.set(role, found)
    return found
  }

  unhealthy(role: Role): readonly Instance[] {
    return this.#serving(role).flatMap(({ instances }) => instances.filter(({ status }) => status === 'unhealthy'))
  }

  version(role: Role): string | null {
    return this.#committed.get(role)?.release.version ?? null
  }

  roleOf(key: string): Role | null {
    for (const [role, cluster] of this.#committed) if (cluster.key === key) return role
    return null
  }

  keyOf(role: Role): string | null {
    return this.#committed.get(role)?.key ?? null
  }

  #serving(role: Role): Cluster[] {
    const committed = this.#committed.get(role)
    const joining = [...this.#others].filter(cluster => cluster.role === role && cluster.phase === 'joining')
    return committed ? [committed, ...joining] : joining
  }

  // Life of the service within its host.

  /** Brings back what an earlier host has written down: instances first, then the router on its old port. */
  async restore(record: ServiceRecord): Promise<void> {
    for (const instance of record.instances) this.#records.set(instance.id, instance)
    const restored = record.clusters.map(async clusterRecord => {
      const cluster = new Cluster(clusterRecord, this.#clusterContext())
      if (cluster.phase === 'committed') this.#committed.set(cluster.role, cluster)
      else this.#others.add(cluster)
      this.#context.recorder.expect(cluster.role, cluster.release.version)
      await cluster.restore(record.instances.filter(instance => instance.cluster === cluster.key))
    })
    await Promise.race([Promise.all(restored), new Promise(resolve => setTimeout(resolve, 500))])
    this.changed()
    this.#lease.set(record.leaseUntil)
    await this.#reopen()
    void this.#finishUnfinished()
  }

  report(): ServiceReport {
    const clusters = this.clusters()
    const all = [...clusters, ...this.#others]
    return {
      target: this.target,
      service: this.service,
      clusters: clusters.map(cluster => ({
        role: cluster.role,
        release: cluster.release,
        instances: cluster.size,
        ready: this.ready(cluster.role).length,
      })),
      weights: this.#weights,
      fence: this.operations.fence,
      url: this.#port === 0 ? null : `http://127.0.0.1:${this.#port}`,
      leaseUntil: this.#lease.until,
      lapsed: this.#lapsed,
      instances: all.flatMap(cluster => cluster.instances.map(instance => reportOf(cluster, instance))),
      problems: [this.#routerProblem, ...all.map(({ problem }) => problem)].filter(problem => problem !== null),
    }
  }

  counts(query: CountsQuery): Counts | null {
    return this.#context.recorder.counts(query)
  }

  record(): ServiceRecord {
    return {
      target: this.target,
      service: this.service,
      settings: this.#settings,
      port: this.#port,
      ...this.operations.record(),
      weights: this.#weights,
      leaseUntil: this.#lease.until,
      lapsed: this.#lapsed,
      clusters: [...this.clusters(), ...this.#others].map(cluster => cluster.record()),
      instances: [...this.#records.values()],
    }
  }

  /** Stops serving. `end` ends the instances too; `keep` leaves them for the next host. */
  async stop(instances: 'end' | 'keep'): Promise<void> {
    this.#lease.set(null)
    await this.operations.stop('the process host is being stopped')
    await this.router.close(instances === 'keep' ? 1_000 : this.#settings.drainTimeout)
    const all = [...this.clusters(), ...this.#others]
    if (instances === 'keep') for (const cluster of all) cluster.abandon()
    else await Promise.all(all.map(cluster => cluster.end()))
  }

  async #configure(settings: ServiceSettings): Promise<void> {
    const moved = this.#port === 0 || (settings.port !== 0 && settings.port !== this.#port)
    if (moved) this.#port = await this.#listen(settings.port)
    this.#settings = settings
  }

  async #listen(wanted: number): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const port = wanted === 0 ? await freePort() : wanted
      try {
        return await this.router.listen(port)
      } catch (error) {
        if (wanted === 0 && attempt < 5) continue
        throw new Refused(`${this.name}: its router cannot listen: ${portProblem(port, error)}`)
      }
    }
  }

  /** Takes the old port again, however long that takes: clients know it. */
  async #reopen(): Promise<void> {
    if (this.#port === 0) return
    try {
      await this.router.listen(this.#port)
      this.#routerProblem = null
    } catch (error) {
      this.#routerProblem = `its router cannot listen: ${portProblem(this.#port, error)}`
      this.log('router cannot listen', { problem: this.#routerProblem })
      setTimeout(() => this.#reopen(), 250).unref()
    }
  }

  /** A change an earlier host did not finish is taken back; whoever asked for it asks again. */
  async #finishUnfinished(): Promise<void> {
    for (const cluster of [...this.#others]) {
      const old = this.#committed.get(cluster.role)
      if (cluster.phase === 'joining' && old) await wholeAgain(old)
      await this.discard(cluster)
    }
    await this.save().catch(() => {})
  }

  /** Nobody has renewed the lease: traffic returns to the version that was good. */
  #lapse(): void {
    const healthy = (role: Role) => this.ready(role).length > 0
    const role = !healthy('stable') && healthy('previous') ? 'previous' : 'stable'
    const before = this.#weights
    if (!this.#committed.has(role) || sameWeights(before, onlyTo(role))) return
    this.#lapsed = { at: Date.now(), weights: before }
    this.shift(onlyTo(role))
    this.log('lease ran out', { before, after: this.#weights })
    this.save().catch(error => this.log('state could not be saved', { error: String(error) }))
  }

  /** Doing a route again renews its lease while it still holds; what has lapsed stays so. */
  #holds(weights: Weights): boolean {
    return this.#lapsed === null && sameWeights(this.#weights, weights)
  }

  #clusterContext(): ClusterContext {
    const { logs, reservePort, remember, forget, recorder } = this.#context
    return {
      target: this.target,
      service: this.service,
      logs,
      reservePort,
      remember: async record => {
        this.#records.set(record.id, record)
        await remember(record)
      },
      forget: record => {
        this.#records.delete(record.id)
        setTimeout(() => recorder.forget(record.id), scraped).unref()
        forget(record)
      },
      settings: () => this.#settings,
      changed: () => this.changed(),
      log: (message, details) => this.log(message, details),
    }
  }
}

/** Milliseconds after which the counters of an instance that is gone have been read for the last time. */
const scraped = 600_000

async function wholeAgain(cluster: Cluster): Promise<void> {
  try {
    await cluster.grow(cluster.size, new AbortController().signal, () => {})
  } catch {
    cluster.keep()
  }
}

function reportOf(cluster: Cluster, { id, version, port, status, inFlight, log, record }: Instance) {
  const { identity, startedAt } = record
  return { id, role: cluster.role, version, pid: identity.pid, port, status, inFlight, startedAt, log }
}

function portProblem(port: number, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  const others = (listenersOn(port) ?? []).filter(pid => pid !== process.pid)
  const holders = others.length > 0 ? ` (process ${others.join(', ')} listens there)` : ''
  return `port ${port} cannot be had${holders}: ${reason}; free it or configure another`
}
