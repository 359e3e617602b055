import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Place } from './place.ts'

/** Another process works on the folder. */
export class FolderInUse extends Error {
  override name = 'FolderInUse'
}

/**
 * Takes the folder for this process, until it ends in whatever way.
 *
 * The lock is the kernel's (fcntl, by way of SQLite, as Node offers no other), so it can be neither stale after a
 * crash nor lost to a blocked event loop. Two processes on one folder would lose rows that were acknowledged.
 *
 * @throws FolderInUse
 */
export function lockFolder(place: Place): void {
  const lock = new DatabaseSync(place.lock)
  try {
    lock.exec('pragma journal_mode = off; begin exclusive')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error
    throw new FolderInUse(`${place.folder} is in use by process ${holder(place)}: end it first, or use another folder`)
  }
  locks.push(lock)
  writeFileSync(place.holder, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }), { mode: 0o600 })
}

/** A handle that is collected is closed, and a closed one is no lock. */
const locks: DatabaseSync[] = []

const sqliteBusy = 5

function holder(place: Place): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(place.holder, 'utf8'))
    return `${pid} since ${since}`
  } catch {
    return 'unknown'
  }
}
