import { hostClient } from '../../activities/targets/process/host/client.ts'
import { openTarget } from '../../activities/targets/registry.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { Configuration } from '../../pipeline/schema/configuration.ts'

/** Every target of the configuration; the process host of `data` may still be away. */
export function openTargets(configuration: Configuration, data: string): Record<string, Target> {
  const host = hostClient(data)
  const opened = Object.entries(configuration.targets).map(([name, target]) => [
    name,
    openTarget(name, target, { host }),
  ])
  return Object.fromEntries(opened)
}
