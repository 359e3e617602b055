import { setTimeout as sleep } from 'node:timers/promises'
import type { StageState } from '../../pipeline/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Client } from '../client/client.ts'
import { ApiProblem } from '../client/errors.ts'
import type { StageLog } from '../contract/routes/logs.ts'
import { CliError, exitCodes, type Io } from './io.ts'
import { note, print, safe } from './output.ts'

/** Milliseconds between two readings. */
const pause = 500

/**
 * Prints what the job of a `run` stage prints, by whole lines, until its stage has ended. Without a stage: of the only one
 * there is. Interrupting it ends the reading, never the job.
 */
export async function followLog(client: Client, id: string, named: string | undefined, io: Io): Promise<void> {
  const stage = named ?? onlyJob(id, (await client.getExecution({ id })).stages)
  let shown = 0
  for (;;) {
    const { stages, status } = await client.getExecution({ id })
    const state = stages.find(one => one.id === stage)
    // Asked for before the log, so that nothing it printed last is missed.
    const isOver = isFinal(status) || (state !== undefined && isFinal(state.status))
    const log = await client
      .getStageLog({ id, stage })
      .catch(error => nothingYet(error, isOver || state?.type !== 'run'))
    if (log !== null) shown = show(io, log, shown, isOver)
    if (isOver) return
    await sleep(pause)
  }
}

function onlyJob(id: string, stages: readonly Pick<StageState, 'id' | 'type'>[]): string {
  const jobs = stages.filter(({ type }) => type === 'run').map(stage => stage.id)
  if (jobs.length === 1) return jobs[0]!
  const why = jobs.length === 0 ? 'has no run stage' : `has several run stages; name one of ${jobs.join(', ')}`
  throw new CliError(`${id} ${why}`, exitCodes.invalid)
}

/** A job that has not begun has no log, nor has a container that is still being made. */
function nothingYet(error: unknown, isOver: boolean): null {
  const isPassing = error instanceof ApiProblem && [404, 409, 503].includes(error.problem.status)
  if (isPassing && !isOver) return null
  throw error
}

/** Prints what is new of a log; answers with how many of its characters are on the screen now. */
function show(io: Io, { text, leftOut }: StageLog, shown: number, isOver: boolean): number {
  // One that is shorter than before was begun anew, because it was too long.
  const from = leftOut + text.length < shown ? 0 : shown
  if (leftOut > from) note(io, `${leftOut - from} characters are left out`)
  const fresh = text.slice(Math.max(0, from - leftOut))
  const whole = isOver ? fresh : fresh.slice(0, fresh.lastIndexOf('\n') + 1)
  // What a program prints must not steer the terminal of whoever reads it.
  if (whole !== '') print(io, whole.replace(/\n$/, '').split('\n').map(safe).join('\n'))
  return Math.max(from, leftOut) + whole.length
}
