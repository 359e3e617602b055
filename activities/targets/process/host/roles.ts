import type { Role } from '../../../../pipeline/clusters.ts'
import { Cluster, type ClusterContext, type ClusterRecord } from './cluster.ts'
import type { Instance, InstanceRecord } from './instance.ts'
import type { Backends } from './router/backends.ts'

export interface RolesContext extends Omit<ClusterContext, 'changed'> {
  /** From now on requests of this version in this role are counted. */
  expect(role: Role, version: string): void
}

/** Which cluster stands for each role of a service, and those that do not stand for one yet, or no more. */
export class Roles implements Backends {
  readonly #context: RolesContext
  readonly #committed = new Map<Role, Cluster>()
  /** Pending and joining ones. */
  readonly #others = new Set<Cluster>()
  /** The router asks at every request; cleared when anything changes. */
  #ready = new Map<Role, readonly Instance[]>()

  constructor(context: RolesContext) {
    this.#context = context
  }

  cluster(role: Role): Cluster | undefined {
    return this.#committed.get(role)
  }

  committed(): readonly Cluster[] {
    return [...this.#committed.values()]
  }

  all(): readonly Cluster[] {
    return [...this.#committed.values(), ...this.#others]
  }

  /** A cluster that stands for nothing yet; a joining one takes traffic of its role as soon as it is healthy. */
  begin(record: Omit<ClusterRecord, 'key'>): Cluster {
    const cluster = this.#make(record)
    this.#others.add(cluster)
    return cluster
  }

  /** Makes clusters stand for roles, all in one moment; what stood for them before stands for nothing any more. */
  commit(assignments: ReadonlyMap<Role, Cluster>): void {
    const moved = new Set(assignments.values())
    for (const [role, cluster] of [...this.#committed])
      if (assignments.has(role) || moved.has(cluster)) this.#dismiss(role, cluster)
    for (const [role, cluster] of assignments) {
      cluster.role = role
      cluster.phase = 'committed'
      this.#others.delete(cluster)
      this.#committed.set(role, cluster)
      this.#context.expect(role, cluster.release.version)
    }
    this.#changed()
  }

  /** Takes a role's cluster away at once and ends it when it is drained. */
  async remove(role: Role): Promise<void> {
    const cluster = this.#committed.get(role)
    if (!cluster) return
    this.#dismiss(role, cluster)
    this.#changed()
    await this.discard(cluster)
  }

  /** Ends a cluster that stands for nothing. */
  async discard(cluster: Cluster): Promise<void> {
    await cluster.end()
    this.#others.delete(cluster)
  }

  /** Takes over what an earlier host has left; resolves when its health is known. */
  async restore(record: ClusterRecord, instances: readonly InstanceRecord[]): Promise<void> {
    const cluster = this.#make(record)
    if (cluster.phase === 'committed') this.#committed.set(cluster.role, cluster)
    else this.#others.add(cluster)
    this.#context.expect(cluster.role, cluster.release.version)
    await cluster.restore(instances.filter(instance => instance.cluster === cluster.key))
  }

  /** A change an earlier host has not finished is taken back; whoever asked for it asks again. */
  async finishUnfinished(): Promise<void> {
    for (const cluster of [...this.#others]) {
      const old = this.#committed.get(cluster.role)
      if (cluster.phase === 'joining' && old) await wholeAgain(old)
      await this.discard(cluster)
    }
  }

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
    return this.committed().find(cluster => cluster.key === key)?.role ?? null
  }

  keyOf(role: Role): string | null {
    return this.#committed.get(role)?.key ?? null
  }

  #serving(role: Role): Cluster[] {
    const joining = [...this.#others].filter(cluster => cluster.role === role && cluster.phase === 'joining')
    const committed = this.#committed.get(role)
    return committed ? [committed, ...joining] : joining
  }

  #dismiss(role: Role, cluster: Cluster): void {
    this.#committed.delete(role)
    cluster.phase = 'pending'
    this.#others.add(cluster)
  }

  #make(record: Omit<ClusterRecord, 'key'>): Cluster {
    return new Cluster(record, { ...this.#context, changed: () => this.#changed() })
  }

  #changed(): void {
    this.#ready = new Map()
  }
}

/** Brings a cluster that was being replaced back to its size; when that takes longer, its keeper goes on trying. */
export async function wholeAgain(cluster: Cluster): Promise<void> {
  try {
    await cluster.grow(cluster.size, new AbortController().signal, () => {})
  } catch {
    cluster.keep()
  }
}
