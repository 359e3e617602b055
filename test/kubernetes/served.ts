import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesTarget } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { Server } from '../../setup/server.ts'

/** What tests see and do of a `serve` whose targets are namespaces of the cluster. */
export interface Served {
  server: Server
  /** Starts a run; resolves with its id. */
  start(pipeline: string, parameters?: Record<string, string>): Promise<string>
  ended(id: string): Promise<{ status: string; reason: string | null }>
  /** What runs of a service and where its traffic goes. */
  found(service: string, target?: string): Promise<{ clusters: string[]; weights: { canary?: number } }>
}

export function servedBy(server: Server): Served {
  return {
    server,
    async start(name, parameters = {}) {
      const { id } = await server.client.startExecution({ name, body: { parameters } })
      return id
    },
    async ended(id) {
      for (;;) {
        const { endedAt, status, reason } = await server.client.getExecution({ id, wait: '30s' })
        if (endedAt !== null) return { status, reason }
      }
    },
    async found(service, target) {
      const { items } = await server.client.listTargets()
      const all = items.filter(({ name }) => target === undefined || name === target).flatMap(one => one.services)
      const { clusters, weights } = all.find(({ name }) => name === service)!
      return { clusters: clusters.map(({ role, version, instances }) => `${role} ${version} × ${instances}`), weights }
    },
  }
}

/** A target as a configuration says it: durations as people write them. */
export function written(configuration: KubernetesTarget): object {
  const services = Object.entries(configuration.services).map(
    ([name, { progressDeadline, drainTimeout, settleTime, ...rest }]) => [
      name,
      {
        ...rest,
        progressDeadline: `${progressDeadline}ms`,
        drainTimeout: `${drainTimeout}ms`,
        settleTime: `${settleTime}ms`,
      },
    ],
  )
  return { ...configuration, services: Object.fromEntries(services) }
}

export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return
    await sleep(50)
  }
  throw new Error(`waited in vain for ${what}`)
}
