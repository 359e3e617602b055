import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Command } from '../../../activities/processes/command.ts'
import { type Ending, end } from '../../../activities/processes/end.ts'
import { isAlive, type ProcessIdentity } from '../../../activities/processes/identity.ts'
import { lastLines, rotateLog } from '../../../activities/processes/log-file.ts'
import { removeRecord, runningRecord } from '../../../activities/processes/record.ts'
import { startProcess } from '../../../activities/processes/start.ts'

/** A program that runs beside the server, in a folder of its own that holds its record and its log. */
export interface ChildSpec {
  /** In messages and as the name of its folder. */
  name: string
  folder: string
  command: Command
  env: Readonly<Record<string, string>>
  /** Answers soon and never throws. */
  ready(): Promise<boolean>
  /** Milliseconds until it must be ready. */
  startTimeout: number
  /** Milliseconds it has to end when asked. */
  stopGrace: number
}

export interface Supervised {
  /** True when it still ran from an earlier server. */
  adopted: boolean
  /** Ends it; resolves when nothing of it runs any more. */
  stop(): Promise<Ending>
}

const firstBackoff = 200
const longestBackoff = 10_000
/** After so long without trouble the backoff begins anew. */
const calm = 60_000
const logCap = 5 * 1024 * 1024
const lookEvery = 250
const askEvery = 5_000
/** A child that lives but does not answer for so long is started again. */
const longestSilence = 60_000

/**
 * Keeps one child running: adopts the one an earlier server left, else starts it, and starts it again whenever it ends.
 * Resolves when it is ready; rejects with its last words when it cannot be started at all.
 */
export async function supervise(spec: ChildSpec, log: Logger): Promise<Supervised> {
  await mkdir(spec.folder, { recursive: true, mode: 0o700 })
  const stopping = new AbortController()
  const adopted = await adopt(spec, log)
  let running = adopted ?? (await startReady(spec, stopping.signal))

  async function keep(): Promise<void> {
    let backoff = firstBackoff
    while (!stopping.signal.aborted) {
      const since = performance.now()
      const why = await whenGone(spec, running, stopping.signal)
      if (stopping.signal.aborted) return
      if (performance.now() - since > calm) backoff = firstBackoff
      log.warn({ child: spec.name, lastWords: lastWords(spec) }, `${spec.name} ${why}; starting it again`)
      running = await restart(spec, stopping.signal, backoff, log)
      backoff = Math.min(backoff * 2, longestBackoff)
    }
  }

  const keeping = keep().catch(error => {
    if (!stopping.signal.aborted) log.error({ err: error, child: spec.name }, `${spec.name} is no longer supervised`)
  })

  return {
    adopted: adopted !== null,
    async stop() {
      stopping.abort()
      await keeping
      const ending = await end(running, { grace: spec.stopGrace })
      removeRecord(recordOf(spec))
      return ending
    },
  }
}

/** The child of an earlier server, if it still runs and works; one that does not work is ended. */
async function adopt(spec: ChildSpec, log: Logger): Promise<ProcessIdentity | null> {
  const identity = runningRecord(recordOf(spec))
  if (identity === null) return null
  if (await becomesReady(spec, identity, spec.startTimeout)) {
    log.info({ child: spec.name, pid: identity.pid }, `${spec.name} still runs; taking it over`)
    return identity
  }
  log.warn({ child: spec.name, pid: identity.pid }, `${spec.name} of an earlier server does not answer; ending it`)
  await end(identity, { grace: spec.stopGrace })
  return null
}

/** Rejects with the last words of a child that ends, or is not ready in time. */
async function startReady(spec: ChildSpec, signal: AbortSignal): Promise<ProcessIdentity> {
  rotateLog(logOf(spec), logCap)
  const { identity } = await startProcess({
    command: spec.command,
    directory: spec.folder,
    env: spec.env,
    log: logOf(spec),
    record: recordOf(spec),
  })
  if (await becomesReady(spec, identity, spec.startTimeout, signal)) return identity
  const why = isAlive(identity) ? `was not ready within ${spec.startTimeout / 1_000} s` : 'ended at once'
  await end(identity, { grace: spec.stopGrace })
  throw new Error(`${spec.name} ${why}; its last words (${logOf(spec)}):\n${lastWords(spec).join('\n') || '(none)'}`)
}

async function restart(spec: ChildSpec, signal: AbortSignal, firstWait: number, log: Logger): Promise<ProcessIdentity> {
  for (let wait = firstWait; ; wait = Math.min(wait * 2, longestBackoff)) {
    await sleep(wait, undefined, { signal })
    try {
      const identity = await startReady(spec, signal)
      log.info({ child: spec.name, pid: identity.pid }, `${spec.name} runs again`)
      return identity
    } catch (error) {
      if (signal.aborted) throw error
      log.error({ err: error, child: spec.name }, `${spec.name} cannot be started; trying again`)
    }
  }
}

/** Why the child has to be started again: it ended, or lives without answering (and is ended then). */
async function whenGone(spec: ChildSpec, identity: ProcessIdentity, signal: AbortSignal): Promise<string> {
  let answered = performance.now()
  let asked = answered
  while (!signal.aborted) {
    await sleep(lookEvery, undefined, { signal, ref: false }).catch(() => {})
    if (!isAlive(identity)) {
      // What it started itself must not live on beside its successor.
      await end(identity, { grace: spec.stopGrace })
      return 'ended unexpectedly'
    }
    if (performance.now() - asked < askEvery) continue
    asked = performance.now()
    if (await spec.ready()) answered = performance.now()
    if (performance.now() - answered < longestSilence) continue
    await end(identity, { grace: spec.stopGrace })
    return `did not answer for ${longestSilence / 1_000} s and was ended`
  }
  return 'is being stopped'
}

async function becomesReady(
  spec: ChildSpec,
  identity: ProcessIdentity,
  within: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + within
  while (performance.now() < deadline && !signal?.aborted && isAlive(identity)) {
    if (await spec.ready()) return true
    await sleep(50)
  }
  return false
}

function recordOf(spec: ChildSpec): string {
  return `${spec.folder}/child.json`
}

function logOf(spec: ChildSpec): string {
  return `${spec.folder}/child.log`
}

function lastWords(spec: ChildSpec): string[] {
  return existsSync(logOf(spec)) ? lastLines(logOf(spec), 5) : []
}
