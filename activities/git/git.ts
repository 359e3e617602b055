import { execFile } from 'node:child_process'

/** Something about a repository that a person has to know: what failed, why, what to do. */
export class GitError extends Error {
  override name = 'GitError'
}

const schemes = ['https:', 'ssh:', 'file:']

/**
 * The address of a repository as it may be given to git. Refuses everything that git would run or that is no address:
 * `ext::`, options, control characters, credentials in an https address (they would end up in logs).
 */
export function repositoryAddress(text: string): string {
  const refuse = (reason: string): never => {
    throw new GitError(
      `the repository ${JSON.stringify(text)} ${reason}; use https://, ssh:// or file:///absolute/path`,
    )
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(text)) return refuse('holds spaces or control characters')
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return refuse('is not an address')
  }
  if (!schemes.includes(url.protocol)) return refuse(`uses ${url.protocol.slice(0, -1)}`)
  if (url.protocol === 'https:' && (url.username || url.password)) return refuse('holds credentials')
  if (/^-|[^A-Za-z0-9.\-:[\]]/.test(url.hostname)) return refuse('has no proper host')
  return text
}

/** A branch name as it may stand in a ref. */
export function branchName(text: string): string {
  const good = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/.test(text) && !/\.\.|\/\/|@\{|\.lock$|\/$|\.$/.test(text)
  if (!good) throw new GitError(`${JSON.stringify(text)} is not the name of a branch`)
  return text
}

interface GitOptions {
  timeout: number
  input?: string
  maxBuffer?: number
  /** What this call may have besides, such as the way to a remote. */
  env?: Readonly<Record<string, string>>
}

/**
 * Runs git on a bare repository: no shell, no prompt, no hooks, no configuration but its own. Resolves with its output;
 * rejects with a `GitError` that holds its last words.
 */
export function git(repository: string, args: readonly string[], options: GitOptions): Promise<Buffer> {
  const always = [
    '--git-dir',
    repository,
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    'protocol.ext.allow=never',
    '-c',
    'gc.auto=0',
    '--literal-pathspecs',
  ]
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_NO_LAZY_FETCH: '1',
    ...options.env,
  }
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...always, ...args],
      {
        env: environment,
        encoding: 'buffer',
        timeout: options.timeout,
        killSignal: 'SIGKILL',
        maxBuffer: options.maxBuffer ?? 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        const words = lastWords(stderr.toString())
        reject(
          new GitError(
            error.killed ? `git ${args[0]} took longer than ${options.timeout / 1000} s` : words || error.message,
          ),
        )
      },
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input ?? '')
  })
}

/** The line that says what is wrong, without the advice that follows it. */
function lastWords(stderr: string): string {
  const lines = stderr
    .trim()
    .split('\n')
    .map(line => line.trim())
  const at = lines.findIndex(line => /^(fatal|error|remote):/.test(line))
  if (at < 0) return lines.at(-1) ?? ''
  // What ssh said before is the reason, and git only says that there was one.
  const reason = lines[at] === couldNotRead ? lines.slice(0, at).findLast(Boolean) : undefined
  return reason ?? lines[at]!
}

const couldNotRead = 'fatal: Could not read from remote repository.'
