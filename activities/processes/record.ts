import { readFileSync, rmSync } from 'node:fs'
import writeFileAtomic from 'write-file-atomic'
import { isAlive, type ProcessIdentity } from './identity.ts'

/** Writes down who a child is, so that whoever comes after a crash can adopt it or end it. Durable when it resolves. */
export async function writeRecord(path: string, identity: ProcessIdentity): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(identity)}\n`, { mode: 0o600 })
}

/** The recorded process if it still runs, else null: no record, another process with its pid, or none. */
export function runningRecord(path: string): ProcessIdentity | null {
  const identity = readRecord(path)
  return identity && isAlive(identity) ? identity : null
}

export function removeRecord(path: string): void {
  rmSync(path, { force: true })
}

/** Who was written down; null when nobody was. */
export function readRecord(path: string): ProcessIdentity | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const { pid, started, boot, nonce } = JSON.parse(text) as Partial<ProcessIdentity>
  if (typeof pid !== 'number' || typeof started !== 'string' || typeof boot !== 'string' || typeof nonce !== 'string')
    throw new Error(`${path} does not name a process; remove it once nothing of it runs any more`)
  return { pid, started, boot, nonce }
}
