import type { ServiceView } from '../contract/targets.ts'
import type { Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'

/** A target that does not answer is shown as such; the others are not kept waiting longer than this. */
const patience = 3_000

export function targetOperations({ targets, engine }: Services): Pick<Handlers, 'listTargets' | 'listLocks'> {
  const known = Object.entries(targets)

  return {
    async listTargets() {
      const items = known.map(async ([name, { configuration, target }]) => ({
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

    async listLocks() {
      const asked = known.flatMap(([target, { configuration }]) =>
        Object.keys(configuration.services).map(service => engine.lock(target, service)),
      )
      return { body: { items: await Promise.all(asked) } }
    },
  }
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
