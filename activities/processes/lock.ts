import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface FileLock {
  release(): void
}

/** A database that nobody holds any more is closed with the garbage, and its lock is gone. */
const held = new Set<DatabaseSync>()

/**
 * Takes an exclusive lock on a file for as long as this process lives; null when another process has it.
 *
 * The lock is the kernel's, through an empty SQLite database: it ends with its holder, however that ends, so there is
 * no stale lock to judge and no moment at which two processes can both believe they took it over.
 */
export function lockFile(path: string): FileLock | null {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return null
    throw error
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}

const sqliteBusy = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy
}
