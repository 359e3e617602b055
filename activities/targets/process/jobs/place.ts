import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runningRecord } from '../../../processes/record.ts'

/** The files of one job. */
export interface JobPlace {
  folder: string
  /** Who it is; written before it runs. */
  record: string
  lock: string
  /** Its exit code, once it has ended by itself. */
  code: string
  /** There when somebody asked to end it. */
  ended: string
  log: string
}

/** Ids are texts of any form, so folders are named by their hash. */
export function placeOf(data: string, id: string): JobPlace {
  return filesIn(join(data, 'jobs', createHash('sha256').update(id).digest('hex').slice(0, 32)))
}

const kept = 14 * 24 * 3_600_000
const mostKept = 1_000

/** Removes what jobs of long ago have left. */
export function forgetOld(data: string): void {
  const all = join(data, 'jobs')
  const folders = names(all).map(name => ({ folder: join(all, name), time: changed(join(all, name)) }))
  const byAge = folders.sort((a, b) => b.time - a.time)
  const old = byAge.filter(({ time }, index) => index >= mostKept || time < Date.now() - kept)
  for (const { folder } of old)
    if (runningRecord(filesIn(folder).record) === null) rmSync(folder, { recursive: true, force: true })
}

function filesIn(folder: string): JobPlace {
  const file = (name: string) => join(folder, name)
  return {
    folder,
    record: file('process.json'),
    lock: file('lock'),
    code: file('exit-code'),
    ended: file('ended'),
    log: file('log'),
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function changed(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
