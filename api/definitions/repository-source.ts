import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { remoteAccess } from '../../activities/git/access.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { RepositorySource } from '../../pipeline/schema/configuration/pipelines.ts'
import { every } from '../every.ts'
import { createCommitReports, type TellCommit } from './commit-reports.ts'
import { type Check, statedName } from './definition.ts'
import { createGitMirror } from './git-mirror.ts'
import { openLastGood } from './last-good.ts'
import { pathPattern } from './path-pattern.ts'
import { createSnapshots, type Snapshot } from './snapshot.ts'
import type { Source } from './source.ts'

export interface RepositoryParts {
  /** Folder of all mirrors. */
  folder: string
  check: Check
  secrets: Secrets
  /** How commits of a source are told about their pipelines; null: they are not. */
  reports(settings: RepositorySource): TellCommit | null
  now: () => Date
  log: Logger
}

/** Milliseconds that one exchange with the remote may take; the first one brings everything. */
const timeout = 120_000

/**
 * Pipelines of a branch of a repository, read from a mirror of our own. What was read last stays in force while the
 * remote is away or the branch is gone, and after a restart. Throws `GitError` when the address or branch is none.
 */
export function createRepositorySource(settings: RepositorySource, parts: RepositoryParts): Source {
  const { repository, branch, path } = settings
  const { check, secrets, now, log } = parts
  const origin = `${repository}#${branch}`
  const directory = join(parts.folder, createHash('sha256').update(origin).digest('hex').slice(0, 16))
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const mirror = createGitMirror({
    ...{ repository, branch, directory, timeout },
    access: () => remoteAccess(settings, secrets),
  })
  const pattern = pathPattern(path)
  // Two sources may read different paths of one branch.
  const memory = createHash('sha256').update(path).digest('hex').slice(0, 8)
  const lastGood = openLastGood(join(directory, `good-${memory}.json`))
  const read = createSnapshots({ mirror, pattern, lastGood, check, origin })
  const tell = parts.reports(settings)
  const told = { file: join(directory, `reports-${memory}.json`), context: `slipway/${path}`, log, firstPause: 1_000 }
  const reports = tell === null ? null : createCommitReports({ ...told, tell })
  let current: Snapshot | null = null
  let checkedAt: string | null = null
  let problem: string | null = null
  let syncing: Promise<void> | null = null
  let attempted = false

  async function sync(): Promise<void> {
    try {
      // What is on disk is in force before the remote has answered.
      const kept = current === null ? await mirror.head() : null
      if (kept !== null) current = await read(kept)
      const commit = await mirror.sync()
      checkedAt = now().toISOString()
      if (commit !== current?.commit) {
        current = await read(commit)
        log.info({ origin, commit, pipelines: current.definitions.length }, 'read a new commit')
      }
      if (current !== null) reports?.saw(current)
      problem = null
    } catch (error) {
      const words = secrets.hide(error instanceof Error ? error.message : String(error))
      if (words !== problem) log.warn({ err: error, origin }, 'a repository cannot be read; what was read last stays')
      problem = words
    }
  }

  /** One at a time; whoever comes meanwhile waits for the same answer. */
  const refresh = (): Promise<void> => {
    syncing ??= sync().finally(() => {
      syncing = null
      attempted = true
    })
    return syncing
  }

  /** Until something was read, whoever asks waits for the first attempt. */
  const snapshot = async (): Promise<Snapshot | null> => {
    if (current === null && !attempted) await refresh()
    return current
  }

  return {
    list: async () => [...((await snapshot())?.definitions ?? [])],
    async state() {
      const revision = (await snapshot())?.commit ?? null
      return { type: 'repository', origin, revision, checkedAt, problem, known: revision !== null }
    },
    async textAt(revision, pipeline) {
      const files = await mirror.files(revision, pattern.folder).catch(() => [])
      const wanted = files.filter(file => pattern.matches(file.path) && file.mode.startsWith('100'))
      const texts = [...(await mirror.texts(wanted.map(({ blob }) => blob))).values()]
      return texts.find(text => statedName(text) === pipeline) ?? null
    },
    watch: async signal => void (await Promise.all([every(settings.poll, signal, refresh), reports?.run(signal)])),
    refresh,
  }
}
