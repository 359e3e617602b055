import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import type { CommitReport } from '../../activities/notifiers/github-commits.ts'
import type { Snapshot } from './snapshot.ts'

/** Tells the commit itself what was found in it; rejects when that was not taken. */
export type TellCommit = (report: CommitReport, signal: AbortSignal) => Promise<void>

/** Tells commits that their pipelines are not valid, and that they are again, without keeping anybody waiting. */
export interface CommitReports {
  /** A commit that was read; whether there is something to tell is found here. */
  saw(snapshot: Snapshot): void
  /** Tells what there is to tell, again and again until it is taken, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface CommitReportsOptions {
  tell: TellCommit
  /** Where what was told, and what is still to be told, outlives a restart. */
  file: string
  context: string
  log: Logger
  /** Milliseconds after the first failure; doubled after each further one. */
  firstPause: number
}

const longestPause = 300_000
/** What was not taken after so many attempts, the last ones five minutes apart, never will be. */
const mostAttempts = 30
const mostWaiting = 50

const problem = z.strictObject({
  file: z.string(),
  line: z.number().nullable(),
  column: z.number().nullable(),
  message: z.string(),
})
const waiting = z.strictObject({
  report: z.strictObject({ commit: z.string(), context: z.string(), problems: z.array(problem) }),
  attempts: z.number(),
})
/** `last`: what was seen last, so that it is told once. */
const memory = z.strictObject({
  last: z.strictObject({ commit: z.string(), problems: z.string() }).nullable(),
  waiting: z.array(waiting),
})

type Memory = z.output<typeof memory>

export function createCommitReports({ tell, file, context, log, firstPause }: CommitReportsOptions): CommitReports {
  const { last, waiting } = read(file)
  let seen = last
  let woken = new AbortController()
  let writing = Promise.resolve()

  function keep(): void {
    const text = JSON.stringify({ last: seen, waiting } satisfies Memory)
    // Without it, something is told twice; that is no reason to stop.
    writing = writing.then(() => writeFileAtomic(file, text, { mode: 0o600 }).catch(() => {}))
  }

  async function attempt(signal: AbortSignal): Promise<void> {
    if (waiting.length === 0) return
    for (const entry of [...waiting]) {
      const { commit } = entry.report
      try {
        await tell(entry.report, signal)
        waiting.splice(waiting.indexOf(entry), 1)
        log.info({ commit, problems: entry.report.problems.length }, 'told a commit about its pipelines')
      } catch (error) {
        if (signal.aborted) return
        entry.attempts += 1
        const isLast = entry.attempts >= mostAttempts
        if (isLast) waiting.splice(waiting.indexOf(entry), 1)
        if (entry.attempts === 1 || isLast)
          log.warn(
            { err: error, commit },
            `a commit could not be told about its pipelines${isLast ? '; given up' : ''}`,
          )
      }
    }
    keep()
  }

  return {
    saw(snapshot) {
      const report = { commit: snapshot.commit, context, problems: problemsOf(snapshot) }
      const now = { commit: snapshot.commit, problems: JSON.stringify(report.problems) }
      if (seen?.commit === now.commit && seen.problems === now.problems) return
      // A valid commit is news only after one that was not.
      const isNews = report.problems.length > 0 || (seen !== null && seen.problems !== none)
      seen = now
      if (isNews) waiting.push({ report, attempts: 0 })
      waiting.splice(0, waiting.length - mostWaiting)
      keep()
      woken.abort()
    },

    async run(signal) {
      for (let pause = firstPause; !signal.aborted; ) {
        woken = new AbortController()
        await attempt(signal)
        const rest = { signal: AbortSignal.any([signal, woken.signal]), ref: false }
        await sleep(waiting.length === 0 ? longestPause : pause, undefined, rest).catch(() => {})
        pause = waiting.length === 0 ? firstPause : Math.min(pause * 2, longestPause)
      }
      await writing
    },
  }
}

const none = JSON.stringify([])

function problemsOf({ definitions }: Snapshot): CommitReport['problems'] {
  return definitions.flatMap(({ source, pipeline, refused, problems }) =>
    (refused?.problems ?? (pipeline === null ? problems : [])).map(({ line, column, message }) => ({
      file: source,
      line,
      column,
      message: message.replace(`${source}: `, ''),
    })),
  )
}

function read(file: string): Memory {
  try {
    return memory.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { last: null, waiting: [] }
  }
}
