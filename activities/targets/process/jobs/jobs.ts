import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessService, ProcessTarget } from '../../../../pipeline/schema/configuration/process-target.ts'
import { Invalid, NotFound, Refused } from '../../../failures.ts'
import { resolveCommand } from '../../../processes/command.ts'
import { end } from '../../../processes/end.ts'
import { cleanEnvironment } from '../../../processes/environment.ts'
import { isAlive, type ProcessIdentity } from '../../../processes/identity.ts'
import { lockFile } from '../../../processes/lock.ts'
import { lastLines, rotateLog } from '../../../processes/log-file.ts'
import { readRecord } from '../../../processes/record.ts'
import { startProcess } from '../../../processes/start.ts'
import type { Job, JobOp, JobResult, Jobs } from '../../jobs.ts'
import { hiddenFrom } from '../hide.ts'
import { forgetOld, type JobPlace, placeOf } from './place.ts'

/** Milliseconds between asking a job to end and forcing it, and between two looks at one. */
const grace = 5_000
const watched = 100
const largestLog = 1024 * 1024

/**
 * Jobs as processes of this machine. They outlive the worker: each is written down before it runs, and writes down how it
 * ended by itself, so that whoever asks again finds it.
 */
export function processJobs(target: string, { services }: ProcessTarget, data: string): Jobs {
  const known = (service: string): ProcessService => {
    const found = Object.hasOwn(services, service) ? services[service] : undefined
    if (found !== undefined) return found
    const names = Object.keys(services).join(', ') || 'none'
    throw new NotFound(`target ${target} has no service "${service}" (it has: ${names}); add it to the configuration`)
  }

  return {
    async run(job, op) {
      const place = placeOf(data, op.id)
      const { directory } = known(job.service)
      forgetOld(data)
      mkdirSync(place.folder, { recursive: true, mode: 0o700 })
      const identity = await startOnce(place, op, () => commandOf(target, job, { directory, data, place }))
      return follow(place, identity, op)
    },
    async end(id) {
      const place = placeOf(data, id)
      mkdirSync(place.folder, { recursive: true, mode: 0o700 })
      // Whoever starts it looks at this under the lock.
      writeFileSync(place.ended, '')
      const identity = await recorded(place)
      if (identity !== null) await end(identity, { grace })
    },
    async log(reference) {
      const { log } = placeOf(data, reference)
      if (!existsSync(log)) throw new NotFound(`the log of ${reference} is not kept any more`)
      return readFileSync(log, 'utf8').slice(-largestLog)
    },
  }
}

interface Prepared {
  command: readonly string[]
  directory: string
  env: Readonly<Record<string, string>>
}

/** Writes the exit code down before anybody could miss it: only a parent is told, and we may be gone. */
const writesCode = 'code_file=$1; shift; "$@"; code=$?; printf %s "$code" >"$code_file"; exit "$code"'

function commandOf(
  target: string,
  { service, command, env }: Job,
  { directory, data, place }: { directory: string; data: string; place: JobPlace },
): Prepared {
  if (command === undefined) throw new Invalid(`a job on ${target} needs a "command"; it is a process target`)
  const environment: Record<string, string> = {
    ...cleanEnvironment(),
    ...env,
    SLIPWAY_TARGET: target,
    SLIPWAY_SERVICE: service,
  }
  const program = resolveCommand(command, directory, environment.PATH)
  const hidden = hiddenFrom([program, ...command.slice(1)], { data, directory })
  return {
    command: ['/bin/sh', '-c', writesCode, 'job', place.code, ...hidden],
    directory,
    env: environment,
  }
}

/** The running or ended process of the job; starts it unless somebody has. */
async function startOnce(place: JobPlace, { id, signal }: JobOp, prepare: () => Prepared): Promise<ProcessIdentity> {
  for (;;) {
    signal.throwIfAborted()
    const lock = lockFile(place.lock)
    if (lock === null) {
      await sleep(watched, undefined, { signal })
      continue
    }
    try {
      const identity = readRecord(place.record)
      if (identity !== null) return identity
      if (existsSync(place.ended)) throw new Refused(`job ${id} was ended before it began`)
      return (await startProcess({ ...prepare(), log: place.log, record: place.record })).identity
    } finally {
      lock.release()
    }
  }
}

/** Under the lock, so that a start that is under way has been written down. */
async function recorded(place: JobPlace): Promise<ProcessIdentity | null> {
  for (;;) {
    const lock = lockFile(place.lock)
    if (lock === null) {
      await sleep(watched)
      continue
    }
    try {
      return readRecord(place.record)
    } finally {
      lock.release()
    }
  }
}

async function follow(place: JobPlace, identity: ProcessIdentity, op: JobOp): Promise<JobResult> {
  for (let looks = 0; isAlive(identity); looks++) {
    if (looks % 10 === 0) tell(place, op)
    await sleep(watched, undefined, { signal: op.signal })
  }
  // What it has started goes with it.
  await end(identity, { grace })
  const code = existsSync(place.code) ? Number(readFileSync(place.code, 'utf8')) : null
  const reason =
    code === null ? (existsSync(place.ended) ? 'it was ended' : 'it was killed, or the machine went down') : null
  return { exitCode: code, reason, log: op.id, lastLines: lastLines(place.log, 20) }
}

function tell({ log }: JobPlace, { progress }: JobOp): void {
  rotateLog(log, largestLog)
  const [last] = lastLines(log, 1)
  progress(last ?? 'it has printed nothing yet')
}
