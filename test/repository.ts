import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A real git repository in a folder of its own, with `main` checked out. */
export interface TestRepository {
  /** What a configuration names. */
  address: string
  folder: string
  git(...args: string[]): string
  /** Writes files (null removes one) and commits; the new commit. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): string
  /** Puts an object of our own making into it; its hash. */
  object(type: 'tree' | 'blob', bytes: Buffer): string
  /** The remote cannot be reached until it is back. */
  away(): void
  back(): void
  remove(): void
}

export function testRepository(): TestRepository {
  const base = mkdtempSync(join(tmpdir(), 'slipway-repository-'))
  const folder = join(base, 'work')
  mkdirSync(folder)
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('config', 'user.email', 'test@example.org')
  git('config', 'user.name', 'test')
  return {
    address: `file://${folder}`,
    folder,
    git,
    commit(files, message = 'change') {
      for (const [path, text] of Object.entries(files)) {
        if (text === null) rmSync(join(folder, path))
        else {
          mkdirSync(dirname(join(folder, path)), { recursive: true })
          writeFileSync(join(folder, path), text)
        }
      }
      git('add', '-A')
      git('commit', '--quiet', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    },
    object: (type, bytes) =>
      execFileSync('git', ['hash-object', '-t', type, '--literally', '-w', '--stdin'], { cwd: folder, input: bytes })
        .toString()
        .trim(),
    away: () => renameSync(folder, `${folder}-away`),
    back: () => renameSync(`${folder}-away`, folder),
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}
