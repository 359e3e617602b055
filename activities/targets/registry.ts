import type { TargetConfiguration } from '../../pipeline/schema/configuration.ts'
import type { HostClient } from './process/host/client.ts'
import { processTarget } from './process/target.ts'
import type { Target } from './target.ts'

type TargetType = TargetConfiguration['type']

/** What the worker has that a target may need. */
export interface TargetResources {
  host: HostClient
}

type TargetFactory<T extends TargetType> = (
  name: string,
  configuration: Extract<TargetConfiguration, { type: T }>,
  resources: TargetResources,
) => Target

/** Every type of target the configuration knows, and how it is opened. */
export const targets = {
  process: (name, configuration, { host }) => processTarget(name, configuration, host),
} satisfies { [T in TargetType]: TargetFactory<T> }

export function openTarget(name: string, configuration: TargetConfiguration, resources: TargetResources): Target {
  return targets[configuration.type](name, configuration, resources)
}
