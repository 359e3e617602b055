import type { Readable, Writable } from 'node:stream'

/** Everything a command may touch of the outside. Data goes to `stdout`, messages to `stderr`. */
export interface Io {
  stdin: Readable
  stdout: Writable
  stderr: Writable
  env: Readonly<Record<string, string | undefined>>
}

/** Exit codes of `slipway`, stable (design: "Interfaces that stay stable"). */
export const exitCodes = {
  succeeded: 0,
  error: 1,
  invalid: 2,
  failed: 3,
  rolledBack: 4,
  canceled: 5,
  waiting: 6,
  timeout: 7,
  forbidden: 8,
  conflict: 9,
  unreachable: 10,
  errored: 11,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends a command with an exit code and one clear message; never shown with a stack trace. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = exitCodes.error) {
    super(message)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
