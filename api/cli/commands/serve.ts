import { Command, InvalidArgumentError, Option } from 'commander'
import type { Io } from '../io.ts'
import { dataFolder, defaultData } from '../server-options.ts'

interface ServeCommandOptions {
  data?: string
  config: string
  port?: number
  stopInstances: boolean
  dev: boolean
  allowEmbeddedProduction: boolean
  logLevel: string
}

export function serveCommand(io: Io): Command {
  return new Command('serve')
    .description('everything in one go: API, page, worker, Temporal, store and process host, for this machine')
    .option('--data <folder>', `where everything is kept (default: $SLIPWAY_DATA or ${defaultData})`)
    .option('--config <file>', 'server configuration', 'slipway.yaml')
    .option(
      '--port <port>',
      'loopback port of API and page; 0 takes a free one (default: the one of last time)',
      parsePort,
    )
    .option('--stop-instances', 'at the end, stop the releases too; else they go on serving', false)
    .option(
      '--allow-embedded-production',
      'run production environments on the embedded Temporal, to which every program of this machine can talk',
      false,
    )
    .option('--dev', 'let in everyone on this machine without signing in; for trying things out', false)
    .addOption(logLevel())
    .action(async ({ config, port, stopInstances, dev, logLevel: level, ...options }: ServeCommandOptions) => {
      const { serve } = await import('../../main/serve.ts')
      const data = dataFolder(io, options)
      const allowProduction = options.allowEmbeddedProduction
      await serve({ allowProduction, data, config, port: port ?? null, stopInstances, dev, logLevel: level }, io)
    })
}

export function logLevel(): Option {
  return new Option('--log-level <level>', 'how much to say')
    .choices(['debug', 'info', 'warn', 'error'])
    .default('info')
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('a port from 0 to 65535')
}
