import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { branchName, repositoryAddress } from '../../activities/git/git.ts'
import { createGitMirror, type GitMirror } from '../../api/definitions/git-mirror.ts'

let folder: string
let work: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-git-'))
  work = join(folder, 'work')
  mkdirSync(work)
  shell('init', '--quiet', '--initial-branch=main')
  shell('config', 'user.email', 'test@example.org')
  shell('config', 'user.name', 'test')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function shell(...args: string[]): string {
  return execFileSync('git', args, { cwd: work, encoding: 'utf8' }).trim()
}

function commit(files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(join(work, path), text)
  }
  shell('add', '-A')
  shell('commit', '--quiet', '--allow-empty', '-m', 'change')
  return shell('rev-parse', 'HEAD')
}

function mirror(branch = 'main', directory = join(folder, 'mirror')): GitMirror {
  return createGitMirror({ repository: `file://${work}`, branch, directory, timeout: 20_000, access: async () => ({}) })
}

async function read(from: GitMirror, sha: string, path = 'pipelines'): Promise<Record<string, string | undefined>> {
  const files = await from.files(sha, path)
  const texts = await from.texts(files.map(file => file.blob))
  return Object.fromEntries(files.map(file => [file.path, texts.get(file.blob)]))
}

describe('a mirror of a repository', () => {
  test('reads the files of the branch at its commit, and of older commits', async () => {
    const first = commit({ 'pipelines/a.yaml': 'name: a\n', 'other.txt': 'no' })
    const copy = mirror()
    expect(await copy.sync()).toBe(first)
    expect(await read(copy, first)).toEqual({ 'pipelines/a.yaml': 'name: a\n' })
    const second = commit({ 'pipelines/a.yaml': 'name: ä\n\n', 'pipelines/b c.yaml': '' })
    expect(await copy.sync()).toBe(second)
    expect(await read(copy, second)).toEqual({ 'pipelines/a.yaml': 'name: ä\n\n', 'pipelines/b c.yaml': '' })
    expect(await read(copy, first)).toEqual({ 'pipelines/a.yaml': 'name: a\n' })
  })

  test('follows a forced push and still reads what was there before', async () => {
    const base = commit({ 'pipelines/a.yaml': '1' })
    const lost = commit({ 'pipelines/a.yaml': '2' })
    const copy = mirror()
    await copy.sync()
    shell('reset', '--quiet', '--hard', base)
    const forced = commit({ 'pipelines/a.yaml': '3' })
    expect(await copy.sync()).toBe(forced)
    expect(await read(copy, lost)).toEqual({ 'pipelines/a.yaml': '2' })
  })

  test('keeps the last commit when the remote is away or the branch is gone, and says which', async () => {
    const last = commit({ 'pipelines/a.yaml': '1' })
    const copy = mirror()
    await copy.sync()
    shell('branch', '-m', 'main', 'trunk')
    await expect(copy.sync()).rejects.toThrow('has no branch main')
    renameSync(work, `${work}-away`)
    await expect(copy.sync()).rejects.toThrow(/does not (exist|appear)|not a git repository/)
    renameSync(`${work}-away`, work)
    expect(await copy.head()).toBe(last)
    expect(await read(copy, last)).toEqual({ 'pipelines/a.yaml': '1' })
  })

  test('shows links and submodules by their mode, so that they can be refused', async () => {
    commit({ 'pipelines/a.yaml': '1' })
    symlinkSync('/etc/passwd', join(work, 'pipelines/link.yaml'))
    shell('update-index', '--add', '--cacheinfo', `160000,${shell('rev-parse', 'HEAD')},pipelines/sub.yaml`)
    shell('add', 'pipelines/link.yaml')
    shell('commit', '--quiet', '-m', 'links')
    const copy = mirror()
    const files = await copy.files(await copy.sync(), 'pipelines')
    expect(Object.fromEntries(files.map(file => [file.path, file.mode]))).toEqual({
      'pipelines/a.yaml': '100644',
      'pipelines/link.yaml': '120000',
      'pipelines/sub.yaml': '160000',
    })
  })

  test('runs no hook and reads no configuration of the user', async () => {
    commit({ 'pipelines/a.yaml': '1' })
    const directory = join(folder, 'mirror')
    const copy = mirror('main', directory)
    await copy.sync()
    writeFileSync(join(directory, 'hooks', 'reference-transaction'), `#!/bin/sh\ntouch ${folder}/ran\n`, {
      mode: 0o755,
    })
    commit({ 'pipelines/a.yaml': '2' })
    await copy.sync()
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })
})

describe('what may be given to git', () => {
  const ran = () => existsSync(join(folder, 'ran'))

  test.each([
    '--upload-pack=touch${IFS}/tmp/ran',
    'ext::sh -c "touch ran"',
    'ext::sh',
    'http://example.org/x.git',
    'git://example.org/x.git',
    'ssh://-oProxyCommand=touch/x',
    'https://user:secret@example.org/x.git',
    'file:///tmp/x\n--upload-pack=touch',
    '/tmp/x',
    '../x',
    '`touch ran`',
    '$(touch ran)',
  ])('the address %j is refused and nothing runs', address => {
    expect(() => repositoryAddress(address)).toThrow(/use https:/)
    expect(ran()).toBe(false)
  })

  test.each(['--upload-pack=x', '-x', 'a..b', 'a b', 'a\nb', '$(x)', '`x`', 'a@{1}', 'a.lock', '', 'refs/heads/../x'])(
    'the branch %j is refused',
    branch => {
      expect(() => branchName(branch)).toThrow('is not the name of a branch')
    },
  )

  test('proper addresses and branches pass', () => {
    for (const address of [
      'https://git.example.org/shop/delivery.git',
      'ssh://git@git.example.org:22/x.git',
      'file:///srv/x',
    ])
      expect(repositoryAddress(address)).toBe(address)
    for (const branch of ['main', 'release/1.4', 'feature_x']) expect(branchName(branch)).toBe(branch)
  })

  test('a commit that is none is refused before git sees it', async () => {
    commit({})
    const copy = mirror()
    await copy.sync()
    await expect(copy.files('--output=/tmp/x', '')).rejects.toThrow('is not a commit')
  })
})
