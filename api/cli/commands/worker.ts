import { Command } from 'commander'
import type { Io } from '../io.ts'
import { dataFolder } from '../server-options.ts'
import { logLevel } from './serve.ts'

export function workerCommand(io: Io): Command {
  return new Command('worker')
    .description('only a worker; needs TEMPORAL_ADDRESS and DATABASE_URL')
    .option('--config <file>', 'server configuration', 'slipway.yaml')
    .option('--data <folder>', 'data folder of the process host, for targets of type process')
    .addOption(logLevel())
    .action(async (options: { config: string; data?: string; logLevel: string }) => {
      const { runWorkerProcess } = await import('../../main/worker.ts')
      await runWorkerProcess({ ...options, data: dataFolder(io, options) }, io)
    })
}
