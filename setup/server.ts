import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from '../api/client/client.ts'

/** A `slipway serve` of its own process, as a user would start it. */
export interface Server {
  url: string
  token: string
  client: Client
  pid: number
  /** What it wrote so far, both streams. */
  output(): string
  /** Ctrl-C; resolves when it has ended. */
  stop(): Promise<void>
  /** `kill -9`; resolves when it is gone. Its children go on. */
  kill(): Promise<void>
}

export interface ServerOptions {
  /** Folder of its data. */
  data: string
  /** Its `slipway.yaml`. */
  configuration: string
  args?: string[]
  env?: NodeJS.ProcessEnv
  /** Milliseconds until it must be ready. */
  timeout?: number
}

const root = join(import.meta.dirname, '..')

/** Starts `slipway serve` on free ports and resolves when it is ready; rejects with its last words when it is not. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const args = [
    'api/cli/bin.ts',
    'serve',
    '--data',
    options.data,
    '--config',
    options.configuration,
    '--port',
    '0',
    ...(options.args ?? []),
  ]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-5_000_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))

  const { url, token } = await ready(child, options, () => output)
  return {
    url,
    token,
    client: createClient({ url, token }),
    pid: child.pid as number,
    output: () => output,
    stop: () => end(child, 'SIGINT', ended),
    kill: () => end(child, 'SIGKILL', ended),
  }
}

async function ready(
  child: ChildProcess,
  options: ServerOptions,
  output: () => string,
): Promise<{ url: string; token: string }> {
  const deadline = Date.now() + (options.timeout ?? 90_000)
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`slipway serve ended at once:\n${output()}`)
    const found = serverFile(options.data)
    // The file of an earlier server may still lie there; ours names our process.
    if (found && found.pid === child.pid && (await healthy(found.url))) return found
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`slipway serve was not ready in time:\n${output()}`)
}

function serverFile(data: string): { url: string; token: string; pid: number } | null {
  try {
    return JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'))
  } catch {
    return null
  }
}

async function healthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok
  } catch {
    return false
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  return ended
}
