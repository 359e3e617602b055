import { execFile } from 'node:child_process'
import { relative } from 'node:path'
import { promisify } from 'node:util'
import { CliError, exitCodes } from './io.ts'

/** The git checkout of the present folder, seen from a commit before what is there now. */
export interface Checkout {
  /** The commit that is compared with. */
  base: string
  /** The YAML files below paths at that commit, and their texts; paths are as they are given. */
  filesAt(paths: readonly string[]): Promise<Map<string, string>>
}

const run = promisify(execFile)
const maxBuffer = 64 * 1024 * 1024

async function git(args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', [...args], { maxBuffer })
  return stdout
}

/**
 * Where the present commit left `branch` (or any other name of a commit). A checkout of CI often has only the remote's
 * branches: `main` is `origin/main` then.
 */
export async function openCheckout(branch: string): Promise<Checkout> {
  const commit = (await commitOf(branch)) ?? (await commitOf(`origin/${branch}`))
  if (commit === null) throw new CliError(await whyNot(branch), exitCodes.invalid)
  // Without a common history (a shallow clone), the branch itself is the best there is.
  const base = await git(['merge-base', 'HEAD', commit]).then(
    text => text.trim(),
    () => commit,
  )
  return {
    base,
    async filesAt(paths) {
      const listed = await git([
        'ls-tree',
        '-r',
        '-z',
        '--name-only',
        base,
        '--',
        ...paths.map(path => relative('.', path) || '.'),
      ])
      const names = listed.split('\0').filter(name => /\.ya?ml$/.test(name))
      const texts = names.map(async name => [name, await git(['cat-file', 'blob', `${base}:./${name}`])] as const)
      return new Map(await Promise.all(texts))
    },
  }
}

async function commitOf(name: string): Promise<string | null> {
  const found = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
  return found.then(
    text => text.trim(),
    () => null,
  )
}

async function whyNot(branch: string): Promise<string> {
  const isCheckout = await git(['rev-parse', '--git-dir']).then(
    () => true,
    () => false,
  )
  if (!isCheckout)
    return '--base needs a git checkout (and git); this folder is none. Compare with a server: --in-force'
  return `there is no branch or commit ${branch} here; bring it: git fetch origin ${branch}`
}
