import { createHash } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** What lies where in the folder of an embedded store. */
export interface Place {
  folder: string
  /** PostgreSQL's own files. */
  data: string
  lock: string
  /** Who holds the lock; for people and error messages, never for decisions. */
  holder: string
  /** Mode 0700: whoever may enter it may connect. */
  socketFolder: string
  socket: string
}

export function placeOf(dataDir: string): Place {
  const folder = resolve(dataDir)
  const socketFolder = fits(folder) ? folder : join(tmpdir(), `slipway-${userInfo().uid}-${shortHash(folder)}`)
  return {
    folder,
    data: join(folder, 'pgdata'),
    lock: join(folder, 'lock'),
    holder: join(folder, 'holder.json'),
    socketFolder,
    socket: join(socketFolder, socketName),
  }
}

/** `pg` and libpq make the name of the socket from the port they are given. */
const socketName = '.s.PGSQL.5432'

/** The kernel takes no longer path for a socket: 104 bytes on macOS, 108 on Linux, with a NUL at the end. */
function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, socketName)) < 104
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
