import { Command } from 'commander'
import type { Io } from '../io.ts'
import { dataFolder } from '../server-options.ts'
import { logLevel } from './serve.ts'

interface CommandOptions {
  config: string
  data?: string
  logLevel: string
  deployment: string
  buildId?: string
}

export function workerCommand(io: Io): Command {
  return new Command('worker')
    .description('only a worker; needs TEMPORAL_ADDRESS and DATABASE_URL')
    .option('--config <file>', 'server configuration', 'slipway.yaml')
    .option('--data <folder>', 'data folder of the process host, for targets of type process')
    .option('--build-id <id>', 'version of this worker: runs stay on the version they began on (docs/upgrading.md)')
    .option('--deployment <name>', 'name of the fleet, as Temporal knows it', 'slipway')
    .addOption(logLevel())
    .action(async ({ buildId, deployment, ...options }: CommandOptions) => {
      const { runWorkerProcess } = await import('../../main/worker.ts')
      const version = buildId === undefined ? null : { deployment, buildId }
      await runWorkerProcess({ ...options, version, data: dataFolder(io, options) }, io)
    })
}
