import { setTimeout as sleep } from 'node:timers/promises'
import { identify, isAlive, type ProcessIdentity, statusOf } from './identity.ts'
import { relatives } from './relatives.ts'

export interface EndOptions {
  /** Milliseconds between asking (TERM) and forcing (KILL). */
  grace: number
}

/** `gone`: there was nothing to end. `ended`: it went when asked. `killed`: it had to be forced. */
export type Ending = 'gone' | 'ended' | 'killed'

/**
 * Ends a process and all it has started, and resolves when nothing of it runs any more.
 *
 * The identity is checked before every signal, so a process that merely got the same pid is never touched.
 */
export async function end(identity: ProcessIdentity, { grace }: EndOptions): Promise<Ending> {
  if (!signalAll(identity, 'SIGTERM')) return 'gone'
  if (await ends(identity, grace)) return 'ended'
  do signalAll(identity, 'SIGKILL')
  while (!(await ends(identity, 100)))
  return 'killed'
}

async function ends(identity: ProcessIdentity, within: number): Promise<boolean> {
  const deadline = performance.now() + within
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    if (!isAlive(identity) && relatives(identity).length === 0) return true
    const left = deadline - performance.now()
    if (!(left > 0)) return false
    await sleep(Math.min(pause, left))
  }
}

/** True when there was something to signal. */
function signalAll(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  const alive = isAlive(identity)
  // As leader of its group its pid is the group's id, which the system gives to nobody else while a member lives.
  if (alive) send(statusOf(identity.pid)?.group === identity.pid ? -identity.pid : identity.pid, signal)
  const others = relatives(identity)
  for (const pid of others) {
    const other = identify(pid, identity.nonce)
    if (other && isAlive(other)) send(pid, signal)
  }
  return alive || others.length > 0
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
