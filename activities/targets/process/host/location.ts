import { createHash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Everything the host of one data folder keeps, and where it listens. */
export interface HostLocation {
  /** The data folder. */
  data: string
  folder: string
  socket: string
  record: string
  lock: string
  state: string
  log: string
  /** One file an instance. */
  logs: string
}

export function hostLocation(dataFolder: string): HostLocation {
  const folder = join(resolve(dataFolder), 'host')
  return {
    data: resolve(dataFolder),
    folder,
    socket: socketPath(folder),
    record: join(folder, 'host.json'),
    lock: join(folder, 'host.lock'),
    state: join(folder, 'state.json'),
    log: join(folder, 'host.log'),
    logs: join(folder, 'logs'),
  }
}

/** Makes the folders, for this user only; fails when one of them belongs to somebody else. */
export function prepare(location: HostLocation): void {
  mkdirSync(location.logs, { recursive: true, mode: 0o700 })
  const folder = dirname(location.socket)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = statSync(folder)
  if (uid !== userId() || (mode & 0o077) !== 0)
    throw new Error(`${folder} can be reached by other users; make it yours (chmod 700) or choose another data folder`)
}

/** The system's limit for the path of a socket is 104 bytes on macOS and 108 on Linux, with the final NUL. */
const longestSocketPath = 103

function socketPath(folder: string): string {
  const path = join(folder, 'host.sock')
  if (Buffer.byteLength(path) <= longestSocketPath) return path
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  // Not the folder for temporary files of the environment, which may differ between host and client.
  return join('/tmp', `slipway-${userId()}-${key}`, 'host.sock')
}

function userId(): number {
  return process.getuid?.() ?? 0
}
