import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pgliteChild } from '../store/pglite/spec.ts'

export interface Pglite {
  url: string
  folder: string
  /** The newest process. */
  child(): ChildProcess
  /** Everything it said, of all its lives. */
  output(): string
  /** Resolves when it answers; rejects when it ends before that. */
  start(): Promise<void>
  /** `kill -9`. */
  stop(): Promise<void>
  /** Ends it as a supervisor does; resolves with its exit code. */
  end(): Promise<number | null>
  remove(): Promise<void>
}

/** The embedded store in a process of its own; in a temporary folder unless one is given. */
export async function startPglite(given?: string, ...more: string[]): Promise<Pglite> {
  const parent = given ?? (await mkdtemp(join(tmpdir(), 'slipway-pglite-')))
  const folder = join(parent, 'store')
  const { args, databaseUrl, ready } = pgliteChild(folder)
  let child: ChildProcess
  let output = ''

  async function start() {
    child = spawn(process.execPath, [...args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => (output += chunk))
    while (!(await ready())) {
      if (!running(child)) throw new Error(`the embedded store ended: ${output}`)
      await setTimeout(20)
    }
  }

  async function stop(signal: NodeJS.Signals) {
    if (!running(child)) return
    child.kill(signal)
    await once(child, 'exit')
  }

  await start()
  return {
    url: databaseUrl,
    folder,
    child: () => child,
    output: () => output,
    start,
    stop: () => stop('SIGKILL'),
    async end() {
      await stop('SIGTERM')
      return child.exitCode
    },
    async remove() {
      await stop('SIGKILL')
      await rm(given === undefined ? parent : folder, { recursive: true, force: true })
    },
  }
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}
