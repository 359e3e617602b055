import type { StageOf } from '../../pipeline/schema/stage.ts'
import { stoppedWithStage } from '../open-ended.ts'
import type { Outcome } from '../outcome.ts'
import { CannotTell, failed, succeeded } from '../outcome.ts'
import type { StageContext } from './stage.ts'

/** Runs a program on the target to its end. What it printed stays with the target, by reference. */
export async function run(stage: StageOf<'run'>, context: StageContext): Promise<Outcome> {
  const { target, service, command, image, env, exitCodes } = stage
  const { world } = context
  const id = context.effectId('job')
  // What it prints can be read while it runs, and when it was stopped.
  context.outputs({ log: id })
  context.progress({ phase: 'running', target, service })
  const job = { ...(command === undefined ? {} : { command }), ...(image === undefined ? {} : { image }), env }
  const { exitCode, reason, log, lastLines } = await stoppedWithStage(
    context,
    () => world.activities.runJob({ id, target, service, ...job }),
    () => world.patient.endJob({ id, target }),
  )
  context.outputs({ log, ...(exitCode === null ? {} : { exitCode }) })
  if (exitCode === null) throw new CannotTell(`the job has no exit code: ${reason ?? 'nobody knows how it ended'}`)
  if (exitCodes.includes(exitCode)) return succeeded({ exitCode, log })
  return failed(`the job exited with ${exitCode}${printed(lastLines)}`)
}

function printed(lines: readonly string[]): string {
  const last = lines.slice(-3).join(' | ')
  return last === '' ? '; it printed nothing' : `; it printed last: ${last.slice(0, 500)}`
}
