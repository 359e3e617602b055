import type { TargetConfiguration } from '../../pipeline/schema/configuration.ts'
import type { Jobs } from './jobs.ts'
import { kubernetesJobs } from './kubernetes/jobs.ts'
import { kubernetesTarget } from './kubernetes/target.ts'
import type { HostClient } from './process/host/client.ts'
import { processJobs } from './process/jobs/jobs.ts'
import { processTarget } from './process/target.ts'
import type { Target } from './target.ts'

type TargetType = TargetConfiguration['type']

/** What the worker has that a target may need. */
export interface TargetResources {
  host: HostClient
  /** Its data folder. */
  data: string
}

type TargetFactory<T extends TargetType> = (
  name: string,
  configuration: Extract<TargetConfiguration, { type: T }>,
  resources: TargetResources,
) => Target

/** Every type of target the configuration knows, and how it is opened. */
export const targets = {
  process: (name, configuration, { host }) => processTarget(name, configuration, host),
  kubernetes: (name, configuration) => kubernetesTarget(name, configuration),
} satisfies { [T in TargetType]: TargetFactory<T> }

export function openTarget(name: string, configuration: TargetConfiguration, resources: TargetResources): Target {
  return (targets[configuration.type] as TargetFactory<TargetType>)(name, configuration as never, resources)
}

type JobsFactory<T extends TargetType> = (
  name: string,
  configuration: Extract<TargetConfiguration, { type: T }>,
  resources: TargetResources,
) => Jobs

/** How each type of target runs jobs. */
export const jobs = {
  process: (name, configuration, { data }) => processJobs(name, configuration, data),
  kubernetes: (name, configuration) => kubernetesJobs(name, configuration),
} satisfies { [T in TargetType]: JobsFactory<T> }

export function openJobs(name: string, configuration: TargetConfiguration, resources: TargetResources): Jobs {
  return (jobs[configuration.type] as JobsFactory<TargetType>)(name, configuration as never, resources)
}
