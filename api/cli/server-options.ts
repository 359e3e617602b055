import type { Command } from 'commander'
import { type Client, createClient } from '../client/client.ts'
import { contextNamed, local, readContexts } from './contexts.ts'
import { CliError, exitCodes, type Io } from './io.ts'
import { type OutputFormat, outputOption } from './output.ts'
import { readServerFile, serverFilePath } from './server-file.ts'

export const defaultData = '.slipway'

export interface ServerOptions {
  data?: string
  context?: string
  output: OutputFormat
}

/** The options of every command that talks to a server. */
export function withServer(command: Command): Command {
  return command
    .addOption(outputOption())
    .option('--context <name>', 'a server one has logged in to (default: $SLIPWAY_CONTEXT, else the one in use)')
    .option('--data <folder>', `data folder of a server here (default: $SLIPWAY_DATA or ${defaultData})`)
}

export function dataFolder(io: Io, options: { data?: string | undefined }): string {
  return options.data ?? (io.env.SLIPWAY_DATA || defaultData)
}

/**
 * What is said most plainly wins: `--context` or `--data`, then `SLIPWAY_URL` with `SLIPWAY_TOKEN`, `SLIPWAY_CONTEXT`,
 * `SLIPWAY_DATA`, the context in use, and the server of the usual data folder.
 */
export function connect(
  io: Io,
  { context, data }: { context?: string | undefined; data?: string | undefined },
): Client {
  if (context !== undefined && data !== undefined)
    throw new CliError('--context and --data name two servers; give one', exitCodes.invalid)
  if (context !== undefined) return ofContext(io, context)
  if (data !== undefined) return ofFolder(data)
  const { SLIPWAY_URL: url, SLIPWAY_TOKEN: token, SLIPWAY_CONTEXT: named, SLIPWAY_DATA: folder } = io.env
  if (url) {
    if (!token) throw new CliError('SLIPWAY_URL is set and SLIPWAY_TOKEN is not; set both', exitCodes.invalid)
    return createClient({ url: checkedUrl(url, 'SLIPWAY_URL'), token })
  }
  if (named) return ofContext(io, named)
  if (folder) return ofFolder(folder)
  return ofContext(io, readContexts(io).current ?? local)
}

function ofContext(io: Io, name: string): Client {
  if (name === local) return ofFolder(dataFolder(io, {}))
  return createClient(contextNamed(readContexts(io), name))
}

function ofFolder(folder: string): Client {
  const file = readServerFile(folder)
  if (file !== null) return createClient({ url: file.url, token: file.token })
  throw new CliError(
    `no server: ${serverFilePath(folder)} does not exist or may not be used. Start one with \`slipway serve\`, name its folder with --data, log in to another with \`slipway login URL\`, or set SLIPWAY_URL and SLIPWAY_TOKEN.`,
    exitCodes.unreachable,
  )
}

export function checkedUrl(url: string, what: string): string {
  const parsed = URL.parse(url)
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return url
  throw new CliError(`${what} is not an http address: ${url}`, exitCodes.invalid)
}
