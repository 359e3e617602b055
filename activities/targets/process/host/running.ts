import { isAlive, type ProcessIdentity, statusOf } from '../../../processes/identity.ts'
import { listenersOn } from '../../../processes/ports.ts'
import { relatives } from '../../../processes/relatives.ts'
import type { Exit, StartedProcess } from '../../../processes/start.ts'

/** Milliseconds between looks at a process that is not our child, whose end nobody reports to us. */
const watched = 200

/** A process an earlier host has started. How it ends stays unknown: only its parent is told. */
export function adopt(identity: ProcessIdentity): StartedProcess {
  const exited = new Promise<Exit>(resolve => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return
      clearInterval(timer)
      resolve({ code: null, signal: null })
    }, watched)
  })
  return { identity, exited }
}

/**
 * Whether whoever listens on a port is this process or one it has started. Where the system does not tell (neither
 * /proc nor lsof), an answer on the port is taken for ours.
 */
export function ownsPort(identity: ProcessIdentity, port: number): boolean {
  const listeners = listenersOn(port)
  if (listeners === null) return true
  if (listeners.includes(identity.pid)) return true
  const family = new Set(relatives(identity))
  return listeners.some(pid => family.has(pid) || statusOf(pid)?.group === identity.pid)
}
