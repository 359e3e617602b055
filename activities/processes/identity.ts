import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * Tells one process from every other that has had or will have its pid. Plain JSON, so it can be written down before
 * the process does anything and checked by whoever comes later.
 */
export interface ProcessIdentity {
  pid: number
  /** When it started, as the system tells it: ticks since boot on Linux, a date elsewhere. */
  started: string
  /** Changes with every boot of the machine. */
  boot: string
  /** Chosen by whoever started it; in its environment as `SLIPWAY_PROCESS`, and so in that of its children. */
  nonce: string
}

/** Where a process is among the others: its parent, its group, and whether it still runs. */
export interface ProcessStatus {
  started: string
  parent: number
  group: number
  /** Ended, but not yet collected by its parent. */
  zombie: boolean
}

export const nonceVariable = 'SLIPWAY_PROCESS'

export function newNonce(): string {
  return randomBytes(12).toString('hex')
}

/** The identity of a running process; null when there is none with this pid. */
export function identify(pid: number, nonce: string): ProcessIdentity | null {
  const status = statusOf(pid)
  if (!status || status.zombie) return null
  return { pid, started: status.started, boot: bootId(), nonce }
}

/** True while this very process runs: not another with its pid, not a zombie, not one from before a reboot. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.boot !== bootId()) return false
  const status = statusOf(identity.pid)
  return status !== null && !status.zombie && status.started === identity.started
}

export function statusOf(pid: number): ProcessStatus | null {
  if (!Number.isInteger(pid) || pid <= 1) return null
  return process.platform === 'linux' ? linuxStatus(pid) : portableStatus(pid)
}

let knownBoot: string | undefined

export function bootId(): string {
  knownBoot ??=
    process.platform === 'linux'
      ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      : execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim()
  return knownBoot
}

function linuxStatus(pid: number): ProcessStatus | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // The name is in parentheses and may hold spaces and parentheses itself; after it come state, parent, group, …
  const [state, parent, group, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const started = rest[16]
  if (started === undefined) return null
  return { started, parent: Number(parent), group: Number(group), zombie: state === 'Z' || state === 'X' }
}

function portableStatus(pid: number): ProcessStatus | null {
  try {
    const text = execFileSync('ps', ['-o', 'ppid=,pgid=,stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [parent, group, state, ...started] = text.trim().split(/\s+/)
    if (!state) return null
    return { started: started.join(' '), parent: Number(parent), group: Number(group), zombie: state.startsWith('Z') }
  } catch {
    return null
  }
}
