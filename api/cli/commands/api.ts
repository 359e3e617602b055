import { Command } from 'commander'
import type { Io } from '../io.ts'
import { dataFolder } from '../server-options.ts'
import { logLevel, parsePort } from './serve.ts'

interface ApiCommandOptions {
  config: string
  host: string
  port: number
  publicUrl?: string
  data?: string
  logLevel: string
}

export function apiCommand(io: Io): Command {
  return new Command('api')
    .description('only API and page; needs TEMPORAL_ADDRESS, DATABASE_URL and SLIPWAY_TOKEN')
    .option('--config <file>', 'server configuration', 'slipway.yaml')
    .option('--data <folder>', 'data folder of the process host, for targets of type process')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', parsePort, 7070)
    .option('--public-url <url>', 'where people reach it, when that is somewhere else')
    .addOption(logLevel())
    .action(async ({ publicUrl, ...options }: ApiCommandOptions) => {
      const { runApi } = await import('../../main/api.ts')
      await runApi({ ...options, publicUrl: publicUrl ?? null, data: dataFolder(io, options) }, io)
    })
}
