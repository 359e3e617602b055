import { isAbsolute } from 'node:path'
import type { ProcessService, ProcessTarget } from '../../../pipeline/schema/configuration/process-target.ts'
import { Invalid, NotFound } from '../../failures.ts'
import type { Op, ServiceState, Target } from '../target.ts'
import type { HostClient } from './host/client.ts'
import type { OpReference, ServiceReport, ServiceSettings } from './host/protocol.ts'

/** The embedded target: releases run as processes of this machine, behind the router of its process host. */
export function processTarget(name: string, configuration: ProcessTarget, host: HostClient): Target {
  const settings = new Map(Object.entries(configuration.services).map(([key, value]) => [key, settingsOf(key, value)]))

  function known(service: string): ServiceSettings {
    const found = settings.get(service)
    if (found) return found
    const names = [...settings.keys()].join(', ') || 'none'
    throw new NotFound(`target ${name} has no service "${service}" (it has: ${names}); add it to the configuration`)
  }

  return {
    async current(service) {
      known(service)
      const report = await host.service(name, service)
      return report === null ? { service, clusters: [], weights: {}, fence: 0, url: null } : withAddresses(report)
    },
    // The old release runs already: to keep it costs nothing.
    apply: async (service, { keepOld: _, ...desired }, op) =>
      withAddresses(await host.apply(name, service, { settings: known(service), desired, op: reference(op) }, op)),
    async route(service, weights, op) {
      await host.route(name, service, { settings: known(service), weights, op: reference(op) }, op.signal)
    },
    async remove(service, role, op) {
      await host.remove(name, service, { settings: known(service), role, op: reference(op) }, op)
    },
  }
}

function withAddresses(report: ServiceReport): ServiceState {
  return { ...report, addresses: addressesIn(report) }
}

function addressesIn({ instances }: ServiceReport): ServiceState['addresses'] {
  const ready = instances.filter(({ status }) => status === 'ready')
  return Object.fromEntries(ready.map(({ role, port }) => [role, `http://127.0.0.1:${port}`]))
}

function reference({ id, fence, lease }: Op): OpReference {
  return lease === undefined ? { id, fence } : { id, fence, lease }
}

function settingsOf(name: string, service: ProcessService): ServiceSettings {
  if (!isAbsolute(service.directory))
    throw new Invalid(`service ${name}: directory "${service.directory}" must be absolute once the file is loaded`)
  return {
    port: service.port,
    directory: service.directory,
    health: service.health,
    startTimeout: service.startTimeout,
    drainTimeout: service.drainTimeout,
    responseTimeout: service.responseTimeout,
    stickyCookie: service.stickyCookie ?? null,
    clusterHeader: service.clusterHeader,
  }
}
