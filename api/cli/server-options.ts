import type { Command } from 'commander'
import { Option } from 'commander'
import { type Client, createClient } from '../client/client.ts'
import { CliError, exitCodes, type Io } from './io.ts'
import { readServerFile, serverFilePath } from './server-file.ts'

export const defaultData = '.slipway'

export interface ServerOptions {
  data?: string
  output: 'text' | 'json'
}

/** The options of every command that talks to a server. */
export function withServer(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--data <folder>', `data folder of the server (default: $SLIPWAY_DATA or ${defaultData})`)
}

export function dataFolder(io: Io, options: { data?: string }): string {
  return options.data ?? (io.env.SLIPWAY_DATA || defaultData)
}

/** The server of `SLIPWAY_URL` and `SLIPWAY_TOKEN`, else the one that runs on the data folder. */
export function connect(io: Io, options: { data?: string }): Client {
  const { SLIPWAY_URL: url, SLIPWAY_TOKEN: token } = io.env
  if (url) {
    if (!token) throw new CliError('SLIPWAY_URL is set and SLIPWAY_TOKEN is not; set both', exitCodes.invalid)
    return createClient({ url: checked(url), token })
  }
  const folder = dataFolder(io, options)
  const file = readServerFile(folder)
  if (file !== null) return createClient({ url: file.url, token: file.token })
  throw new CliError(
    `no server: ${serverFilePath(folder)} does not exist or may not be used. Start one with \`slipway serve\`, name its folder with --data, or set SLIPWAY_URL and SLIPWAY_TOKEN.`,
    exitCodes.unreachable,
  )
}

function checked(url: string): string {
  const parsed = URL.parse(url)
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return url
  throw new CliError(`SLIPWAY_URL is not an http address: ${url}`, exitCodes.invalid)
}
