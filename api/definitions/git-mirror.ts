import { existsSync, mkdirSync } from 'node:fs'
import { adviceOf } from '../../activities/git/access.ts'
import { branchName, GitError, git, repositoryAddress } from '../../activities/git/git.ts'

/** One file of a commit. */
export interface BlobEntry {
  /** From the root of the repository. */
  path: string
  mode: string
  blob: string
  size: number
}

/** A bare copy of one branch of a repository, read without a work tree. */
export interface GitMirror {
  /** Brings the branch up to date; resolves with its commit. Rejects with a `GitError` and leaves what was there. */
  sync(): Promise<string>
  /** The commit of the last successful `sync`, over restarts; null before the first. */
  head(): Promise<string | null>
  /** The files below `folder` at a commit; at most `maxEntries`. */
  files(commit: string, folder: string): Promise<BlobEntry[]>
  /** The texts of blobs, by their hash. */
  texts(blobs: readonly string[]): Promise<Map<string, string>>
  /** The newest commits up to `commit` that changed a file, newest first. */
  history(commit: string, path: string, limit: number): Promise<string[]>
}

export interface MirrorOptions {
  repository: string
  branch: string
  /** Folder of the mirror; made when it is missing. */
  directory: string
  /** Milliseconds one exchange with the remote may take. */
  timeout: number
  /** The environment in which git may reach the remote; asked at each exchange. */
  access(): Promise<Readonly<Record<string, string>>>
}

const maxEntries = 100_000
const ours = 'refs/slipway/head'
const sha = /^[0-9a-f]{40}([0-9a-f]{24})?$/

export function createGitMirror(options: MirrorOptions): GitMirror {
  const repository = repositoryAddress(options.repository)
  const ref = `refs/heads/${branchName(options.branch)}`
  const { directory, timeout } = options
  const run = (args: readonly string[], input?: string) =>
    git(directory, args, input === undefined ? { timeout } : { timeout, input })
  const exchange = async (args: readonly string[]) => {
    const env = await options.access()
    return git(directory, args, { timeout, env }).catch(error => {
      throw new GitError(`${error.message}${adviceOf(error.message)}`)
    })
  }

  async function prepare(): Promise<void> {
    if (existsSync(`${options.directory}/HEAD`)) return
    mkdirSync(options.directory, { recursive: true, mode: 0o700 })
    await run(['init', '--quiet', '--bare'])
  }

  /** What the remote's branch is at; asks only, so that an unchanged branch costs one round trip. */
  async function remoteHead(): Promise<string> {
    const answer = (await exchange(['ls-remote', '--end-of-options', repository, ref])).toString()
    const commit = answer
      .split('\n')
      .find(line => line.endsWith(`\t${ref}`))
      ?.split('\t')[0]
    if (commit && sha.test(commit)) return commit
    throw new GitError(`${repository} has no branch ${options.branch}`)
  }

  async function head(): Promise<string | null> {
    if (!existsSync(`${options.directory}/HEAD`)) return null
    const commit = (await run(['for-each-ref', '--format=%(objectname)', ours])).toString().trim()
    return sha.test(commit) ? commit : null
  }

  return {
    head,
    sync: async () => {
      await prepare()
      const commit = await remoteHead()
      if (commit === (await head())) return commit
      // The plus takes a forced push as it is; the old commits stay readable (no garbage collection here).
      await exchange([
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--end-of-options',
        repository,
        `+${ref}:${ours}`,
      ])
      const fetched = await head()
      if (fetched === null) throw new GitError(`${repository} gave no commit for ${options.branch}`)
      return fetched
    },
    files: async (commit, folder) => {
      if (!sha.test(commit)) throw new GitError(`${JSON.stringify(commit)} is not a commit`)
      const output = await run([
        'ls-tree',
        '-r',
        '-z',
        '-l',
        '--full-tree',
        '--end-of-options',
        commit,
        ...(folder ? [folder] : []),
      ])
      const lines = output.toString().split('\0').filter(Boolean)
      if (lines.length > maxEntries)
        throw new GitError(`${folder || 'the repository'} holds ${lines.length} files; at most ${maxEntries} are read`)
      return lines.map(toEntry)
    },
    texts: async blobs =>
      parseBatch(await run(['cat-file', '--batch'], `${blobs.filter(blob => sha.test(blob)).join('\n')}\n`)),
    history: async (commit, path, limit) => {
      if (!sha.test(commit)) throw new GitError(`${JSON.stringify(commit)} is not a commit`)
      const output = await run(['log', '--format=%H', `-n${limit}`, '--end-of-options', commit, '--', path])
      return output
        .toString()
        .split('\n')
        .filter(line => sha.test(line))
    },
  }
}

/** `100644 blob HASH    SIZE\tPATH`; links and submodules keep their mode so that they can be refused by name. */
function toEntry(line: string): BlobEntry {
  const [meta = '', path = ''] = line.split('\t')
  const [mode = '', , blob = '', size = ''] = meta.split(/ +/)
  return { path, mode, blob, size: size === '-' ? 0 : Number(size) }
}

/** `HASH blob SIZE\n…SIZE bytes…\n`, again and again. */
function parseBatch(output: Buffer): Map<string, string> {
  const texts = new Map<string, string>()
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at)
    if (end < 0) break
    const [blob = '', type, size] = output.toString('utf8', at, end).split(' ')
    if (type !== 'blob') {
      at = end + 1
      continue
    }
    const length = Number(size)
    texts.set(blob, output.toString('utf8', end + 1, end + 1 + length))
    at = end + 1 + length + 1
  }
  return texts
}
