import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/**
 * Below the range systems use for outgoing connections (from 32768 on Linux, 49152 elsewhere), so that a port that was
 * free a moment ago is not taken by one of the router's own connections.
 */
const usual = { lowest: 20_000, highest: 32_767 }

/** A loopback port nobody listens on now and `taken` does not name. Another process may still be faster. */
export async function freePort(taken: ReadonlySet<number> = new Set(), { lowest, highest } = usual): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(lowest, highest + 1)
    if (!taken.has(port) && (await canListen(port))) return port
  }
  throw new Error(`no free loopback port between ${lowest} and ${highest}`)
}

/** True when the port can be taken on every address: a program may listen on all of them. */
async function canListen(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const server = createServer()
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen({ port, host, exclusive: true }, () => resolve(true))
    })
    if (!free) return false
    await new Promise(resolve => server.close(resolve))
  }
  return true
}

/** Processes that listen on a TCP port; null when the system does not tell. */
export function listenersOn(port: number): number[] | null {
  return process.platform === 'linux' ? linuxListeners(port) : portableListeners(port)
}

function linuxListeners(port: number): number[] {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file => listeningInodes(file, port)))
  if (inodes.size === 0) return []
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.filter(pid => socketsOf(pid).some(inode => inodes.has(inode)))
}

const listening = '0A'

function listeningInodes(file: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readLines(file)
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === listening && local?.endsWith(suffix))
    .map(fields => fields[9]!)
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(fd => socketInode(`/proc/${pid}/fd/${fd}`))
  } catch {
    return []
  }
}

function socketInode(link: string): string[] {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.slice(1) ?? []
  } catch {
    return []
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n')
  } catch {
    return []
  }
}

function portableListeners(port: number): number[] | null {
  try {
    const text = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return text.trim().split('\n').filter(Boolean).map(Number)
  } catch (error) {
    // lsof ends with 1 when nothing listens.
    return (error as { status?: number }).status === 1 ? [] : null
  }
}
