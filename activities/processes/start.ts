import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { type Command, resolveCommand } from './command.ts'
import { identify, newNonce, nonceVariable, type ProcessIdentity } from './identity.ts'
import { writeRecord } from './record.ts'

export interface StartOptions {
  command: Command
  /** Working directory, absolute; a relative command is looked up here. */
  directory: string
  /** The whole environment; start from `cleanEnvironment()`. */
  env: Readonly<Record<string, string>>
  /** File that gets standard output and error, appended. */
  log: string
  /**
   * Called with the identity before the program runs. The program starts only when this has resolved, and never when
   * the starter dies first: a process nobody has written down does not exist. A path is a record file.
   */
  record: string | ((identity: ProcessIdentity) => Promise<void>)
}

export interface StartedProcess {
  identity: ProcessIdentity
  /** Resolves when it has ended. The starter may leave earlier: the process is detached, in a group of its own. */
  exited: Promise<Exit>
}

/** `code` is null when a signal ended it; both are null when it was adopted and nobody was told. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/**
 * Starts a program without a shell in between: the arguments arrive as they are. Fails with `NotFound` when the
 * program does not exist.
 */
export async function startProcess(options: StartOptions): Promise<StartedProcess> {
  const program = resolveCommand(options.command, options.directory, options.env.PATH)
  const nonce = newNonce()
  const log = openSync(options.log, 'a', 0o600)
  const child = spawn('/bin/sh', ['-c', gate, 'sh', program, ...options.command.slice(1)], {
    cwd: options.directory,
    env: { ...options.env, [nonceVariable]: nonce },
    detached: true,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  const exited = new Promise<Exit>(resolve => child.once('exit', (code, signal) => resolve({ code, signal })))
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  const stdin = child.stdin!
  stdin.on('error', () => {})
  const identity = identify(child.pid!, nonce)
  if (!identity) throw new Error(`${program} was ended by someone else before it ran`)
  try {
    await (typeof options.record === 'string' ? writeRecord(options.record, identity) : options.record(identity))
  } catch (error) {
    stdin.destroy()
    throw error
  }
  stdin.end('go\n')
  child.unref()
  return { identity, exited }
}

/** Waits for a line on standard input, then becomes the program (same pid); ends when the line never comes. */
const gate = 'read -r go || exit 125; exec "$@" </dev/null'
