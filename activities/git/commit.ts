import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitAccess } from '../../pipeline/schema/configuration/git-access.ts'
import { Refused, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { adviceOf, remoteAccess } from './access.ts'
import { branchName, GitError, git, repositoryAddress } from './git.ts'

/** One file of a branch, and what it shall become. */
export interface FileChange {
  access: GitAccess
  branch: string
  file: string
  /** `Name <address>`. */
  author: string
  /** The first line of the commit; what follows is said by `trailers`. */
  subject: string
  trailers: Readonly<Record<string, string>>
  /** Gives the new text; the same text means that nothing is to be done. May refuse, also by the trailers of before. */
  change(text: string, trailers: Readonly<Record<string, string>>): string
}

/** Milliseconds one exchange with the remote may take. */
const timeout = 60_000
/** Commits of others in between. */
const attempts = 10
/** How far back the commit before is looked for. */
const depth = '50'

/**
 * Commits a change of one file on top of a branch and pushes it, unless it is there already: resolves with the commit in
 * which it is so. Whoever pushed in between is built upon, never overwritten. Works without a work tree, in a folder
 * that is gone afterwards.
 */
export async function commitFile(change: FileChange, secrets: Secrets): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-commit-'))
  try {
    return await commitIn(folder, change, secrets)
  } catch (error) {
    throw error instanceof GitError
      ? new Unavailable(`${change.file} in ${change.access.repository}: ${error.message}${adviceOf(error.message)}`)
      : error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function commitIn(folder: string, change: FileChange, secrets: Secrets): Promise<string> {
  const repository = repositoryAddress(change.access.repository)
  const ref = `refs/heads/${branchName(change.branch)}`
  const run = async (args: readonly string[], more: { input?: string; env?: Record<string, string> } = {}) =>
    (await git(folder, args, { timeout, ...more })).toString()
  const exchange = async (args: readonly string[]) =>
    run(args, { env: { ...(await remoteAccess(change.access, secrets)), GIT_NO_LAZY_FETCH: '0' } })

  await run(['init', '--quiet', '--bare'])
  for (let attempt = 1; ; attempt++) {
    await exchange([
      'fetch',
      '--quiet',
      '--no-tags',
      `--depth=${depth}`,
      '--end-of-options',
      repository,
      `+${ref}:refs/base`,
    ])
    const base = (await run(['rev-parse', 'refs/base'])).trim()
    const { mode, blob } = await entryOf(change, run)
    const text = await run(['cat-file', 'blob', blob])
    const wanted = change.change(text, await lastTrailers(change, run))
    if (wanted === text) return base
    const commit = await write({ base, mode, wanted, change, run, index: join(folder, 'slipway-index') })
    try {
      await exchange(['push', '--quiet', '--end-of-options', repository, `${commit}:${ref}`])
      return commit
    } catch (error) {
      const now = (await exchange(['ls-remote', '--end-of-options', repository, ref])).split('\t')[0]
      // The answer was lost, not the push.
      if (now === commit) return commit
      if (now === base || attempt === attempts) throw refusalOf(change, error)
    }
  }
}

type Run = (args: readonly string[], more?: { input?: string; env?: Record<string, string> }) => Promise<string>

async function entryOf({ file, access, branch }: FileChange, run: Run): Promise<{ mode: string; blob: string }> {
  const line = await run(['ls-tree', '-z', '--full-tree', '--end-of-options', 'refs/base', file])
  const [meta = ''] = line.split('\t')
  const [mode = '', type, blob = ''] = meta.split(' ')
  if (type === 'blob' && mode.startsWith('100')) return { mode, blob }
  throw new Refused(`there is no file ${file} on branch ${branch} of ${access.repository}`)
}

/** What the last commit of the file says below its text, where it is one of ours. */
async function lastTrailers({ file }: FileChange, run: Run): Promise<Record<string, string>> {
  const format = '--format=%(trailers:only,unfold)'
  const found = await run(['log', '-n1', format, '--end-of-options', 'refs/base', '--', file])
  const pairs = found.split('\n').flatMap(line => {
    const [, key, value] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? []
    return key === undefined ? [] : [[key, value]]
  })
  return Object.fromEntries(pairs)
}

interface Writing {
  base: string
  mode: string
  wanted: string
  change: FileChange
  run: Run
  /** Path of the index that the tree is put together in. */
  index: string
}

async function write({ base, mode, wanted, change, run, index }: Writing): Promise<string> {
  const env = { GIT_INDEX_FILE: index }
  const blob = (await run(['hash-object', '-w', '--stdin'], { input: wanted })).trim()
  await run(['read-tree', base], { env })
  await run(['update-index', '--cacheinfo', `${mode},${blob},${change.file}`], { env })
  const tree = (await run(['write-tree'], { env })).trim()
  const trailers = Object.entries(change.trailers).map(([key, value]) => `${key}: ${value}`)
  const message = `${change.subject}\n\n${trailers.join('\n')}\n`
  return (await run(['commit-tree', tree, '-p', base], { input: message, env: identity(change.author) })).trim()
}

function identity(author: string): Record<string, string> {
  const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(author) ?? []
  const as = (who: string) => ({ [`GIT_${who}_NAME`]: name, [`GIT_${who}_EMAIL`]: email })
  return { ...as('AUTHOR'), ...as('COMMITTER') }
}

/** The remote takes no such push, and will not later. */
function refusalOf({ access, branch }: FileChange, error: unknown): unknown {
  const words = error instanceof Error ? error.message : ''
  if (!/^remote:|rejected|declined|denied/.test(words)) return error
  return new Refused(`${access.repository} takes no commit on ${branch}: ${words}; let Slipway push to it`)
}
