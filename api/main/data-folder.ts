import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { lockFile } from '../../activities/processes/lock.ts'
import { freePort } from '../../activities/processes/ports.ts'
import { CliError, exitCodes } from '../cli/io.ts'
import type { ServerFile } from '../cli/server-file.ts'
import { serverFilePath } from '../cli/server-file.ts'

/** The folder of all that an embedded server keeps; one server at a time. */
export interface DataFolder {
  path: string
  /** The port of an earlier start. */
  keptPort(name: string): number | null
  keepPort(name: string, port: number): Promise<void>
  /** A free one that is none of the kept ones. */
  newPort(): Promise<number>
  /** Stays the same from start to start, so that scripts and open pages stay signed in; remove the file to change it. */
  token(): string
  /** What the server says of itself, for the CLI; readable by this user only. */
  writeServerFile(file: ServerFile): Promise<void>
  removeServerFile(): void
  release(): void
}

/** Takes the folder for this process; refuses when another server works on it. */
export function takeDataFolder(folder: string): DataFolder {
  const path = resolve(folder)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const lock = lockFile(join(path, 'serve.lock'))
  if (lock === null) throw new CliError(inUse(path), exitCodes.conflict)
  const ports = readJson<Record<string, number>>(join(path, 'ports.json')) ?? {}

  async function keepPort(name: string, port: number): Promise<void> {
    ports[name] = port
    await writeFileAtomic(join(path, 'ports.json'), `${JSON.stringify(ports)}\n`, { mode: 0o600 })
  }

  return {
    path,
    keepPort,
    keptPort: name => ports[name] ?? null,
    newPort: () => freePort(new Set(Object.values(ports))),
    token: () => tokenOf(join(path, 'token')),
    async writeServerFile(file) {
      await writeFileAtomic(serverFilePath(path), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
    },
    removeServerFile() {
      rmSync(serverFilePath(path), { force: true })
    },
    release: () => lock.release(),
  }
}

function tokenOf(file: string): string {
  if (!existsSync(file)) writeFileAtomic.sync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

function inUse(path: string): string {
  const running = readJson<ServerFile>(serverFilePath(path))
  const who = running === null ? 'another slipway serve' : `slipway serve (process ${running.pid}, ${running.url})`
  return `${path} is in use by ${who}; end it first, or choose another folder with --data`
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return null
  }
}
