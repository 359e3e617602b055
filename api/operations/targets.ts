import { isVisibleIn } from '../auth/policy.ts'
import type { Principal } from '../auth/principal.ts'
import type { Resources } from '../auth/resources.ts'
import type { LockView, QueueView, ServiceView } from '../contract/targets.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

/** A target that does not answer is shown as such; the others are not kept waiting longer than this. */
const patience = 3_000

export function targetOperations({
  targets,
  engine,
  catalog,
  resources,
}: Services): Pick<Handlers, 'listTargets' | 'listLocks' | 'getDrift'> {
  const mayBeSeen = ({ access }: Principal) =>
    Object.entries(targets).filter(([, { configuration }]) =>
      access.canSomewhere('target:read', configuration.environment),
    )

  return {
    async listTargets(call) {
      const items = mayBeSeen(callerOf(call)).map(async ([name, { configuration, target }]) => ({
        name,
        type: configuration.type,
        environment: configuration.environment,
        region: configuration.region ?? null,
        services: await Promise.all(
          Object.keys(configuration.services).map(service => look(service, () => target.current(service))),
        ),
      }))
      return { body: { items: await Promise.all(items) } }
    },

    async getDrift(call) {
      const { name } = call.params
      const found = mayBeSeen(callerOf(call)).find(([known]) => known === name)
      if (found === undefined) throw new Refusal('not-found', `there is no target ${name}; see GET /api/v1/targets`)
      const { configuration, target } = found[1]
      const asked = Object.keys(configuration.services).map(async service =>
        ((await target.drift?.(service)) ?? []).map(difference => ({ service, ...difference })),
      )
      const differences = await Promise.all(asked).catch(error => {
        throw new Refusal('unavailable', error instanceof Error ? error.message : String(error))
      })
      return { body: { items: differences.flat() } }
    },

    async listLocks(call) {
      const principal = callerOf(call)
      const asked = mayBeSeen(principal).flatMap(([target, { configuration }]) =>
        Object.keys(configuration.services).map(service => engine.lock(target, service)),
      )
      const locks = await Promise.all(asked)
      const items = await Promise.all(locks.map(lock => withoutOthers(lock, principal, resources)))
      return { body: { items, queues: await queuesFor(principal) } }
    },
  }

  async function queuesFor({ access }: Principal): Promise<QueueView[]> {
    const isShown = isVisibleIn(access.visible('execution:read'))
    const limited = (await catalog.list()).flatMap(({ name, pipeline }) =>
      pipeline?.concurrency !== undefined && isShown(pipeline.application)
        ? [{ pipeline: name, ...pipeline.concurrency }]
        : [],
    )
    return Promise.all(limited.map(async one => ({ ...one, ...(await engine.queue(one.pipeline)) })))
  }
}

/** That a lock is taken concerns everyone who waits for it; by which run of another application does not. */
async function withoutOthers(lock: LockView, { access }: Principal, resources: Resources): Promise<LockView> {
  if (access.canEverywhere('execution:read')) return lock
  const veiled = async <T extends { execution: string; stage: string | null }>(owner: T): Promise<T> => {
    const place = await resources.execution(owner.execution)
    const isShown = place !== null && access.can('execution:read', place)
    return isShown ? owner : { ...owner, execution: 'another-application', stage: null }
  }
  const holder = lock.holder === null ? null : await veiled(lock.holder)
  return { ...lock, holder, waiting: await Promise.all(lock.waiting.map(veiled)) }
}

type Current = Services['targets'][string]['target']['current']

async function look(name: string, current: () => ReturnType<Current>): Promise<ServiceView> {
  try {
    const state = await Promise.race([current(), tooLong()])
    return { name, url: state.url, clusters: state.clusters.map(view), weights: state.weights, error: null }
  } catch (error) {
    return { name, url: null, clusters: [], weights: {}, error: error instanceof Error ? error.message : String(error) }
  }
}

function view({ role, release, instances, ready }: Awaited<ReturnType<Current>>['clusters'][number]) {
  return { role, version: release.version, instances, ready }
}

function tooLong(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`the target did not answer within ${patience / 1000} s`)), patience).unref()
  })
}
