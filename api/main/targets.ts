import type { Jobs } from '../../activities/targets/jobs.ts'
import { hostClient } from '../../activities/targets/process/host/client.ts'
import { openJobs, openTarget } from '../../activities/targets/registry.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'

/** Every target of the configuration; the process host of `data` may still be away. */
export function openTargets(configuration: Configuration, data: string): Record<string, Target> {
  const host = hostClient(data)
  const opened = Object.entries(configuration.targets).map(([name, target]) => [
    name,
    openTarget(name, target, { host, data }),
  ])
  return Object.fromEntries(opened)
}

/** What runs jobs on every target of the configuration. */
export function openAllJobs(configuration: Configuration, data: string): Record<string, Jobs> {
  const host = hostClient(data)
  const opened = Object.entries(configuration.targets).map(([name, target]) => [
    name,
    openJobs(name, target, { host, data }),
  ])
  return Object.fromEntries(opened)
}
