import { ApiProblem, ServerUnreachable } from '../client/errors.ts'
import type { Problem, ProblemKind } from '../contract/problem.ts'
import { CliError, type ExitCode, exitCodes, type Io } from './io.ts'
import { note } from './output.ts'

/** Says what went wrong (thing, reason, what to do) and gives the exit code for it. */
export function explain(error: unknown, io: Io): ExitCode {
  if (error instanceof CliError) {
    note(io, error.message)
    return error.exitCode
  }
  if (error instanceof ApiProblem) {
    note(io, describe(error.problem))
    const next = error.kind === null ? undefined : nextSteps[error.kind]
    if (next !== undefined) note(io, next)
    return codeOf(error.problem.status)
  }
  if (error instanceof ServerUnreachable) {
    note(io, `${error.message}. Start one with \`slipway serve\`, or name it with SLIPWAY_URL and SLIPWAY_TOKEN.`)
    return exitCodes.unreachable
  }
  note(io, error instanceof Error ? `slipway failed: ${error.message}` : `slipway failed: ${error}`)
  if (io.env.SLIPWAY_DEBUG && error instanceof Error) note(io, error.stack ?? '')
  return exitCodes.error
}

/** What to type next, where that does not depend on what was asked. */
const nextSteps: Partial<Record<ProblemKind, string>> = {
  unauthenticated: 'Log in again with `slipway login URL`, or set SLIPWAY_TOKEN.',
  forbidden: 'What you may do: `slipway auth whoami`.',
  frozen: 'Which freeze it is: `slipway freezes list`.',
  'already-ended': 'A run that has ended can be taken back (`slipway rollback`) or run again (`slipway retry`).',
  stale: 'Look again with `slipway get`, then answer.',
  'invalid-definition': 'What is wrong with which file: `slipway pipelines`.',
}

function describe(problem: Problem): string {
  const places = problem.errors
    .filter(({ message }) => message !== problem.detail)
    .map(({ pointer, line, column, message }) => {
      const place = line === null ? pointer : `${line}:${column}`
      return `  ${place === '' ? '' : `${place}: `}${message}`
    })
  const hint = problem.status >= 500 && problem.requestId !== '' ? ` (request ${problem.requestId})` : ''
  return [`${problem.title}: ${problem.detail}${hint}`, ...places].join('\n')
}

function codeOf(status: number): ExitCode {
  if (status === 400 || status === 413 || status === 415 || status === 422) return exitCodes.invalid
  if (status === 401 || status === 403) return exitCodes.forbidden
  if (status === 409 || status === 412) return exitCodes.conflict
  return exitCodes.error
}
