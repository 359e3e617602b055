import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localSecrets } from '../secrets/secrets.ts'
import { commitFile, type FileChange } from './commit.ts'

const author = 'Slipway <slipway@example.org>'

describe('a commit of one file', () => {
  const root = mkdtempSync(join(tmpdir(), 'slipway-commit-test-'))
  const work = join(root, 'work')
  const bare = join(root, 'bare.git')
  const git = (...args: string[]) => execFileSync('git', ['-C', work, ...args], { encoding: 'utf8' }).trim()
  const inBare = (...args: string[]) => execFileSync('git', ['-C', bare, ...args], { encoding: 'utf8' }).trim()

  beforeAll(() => {
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare])
    execFileSync('git', ['clone', '-q', bare, work], { stdio: 'ignore' })
    git('config', 'user.email', 'ann@example.org')
    git('config', 'user.name', 'Ann')
    writeFileSync(join(work, 'a.yaml'), 'image: shop:1\n')
    chmodSync(join(work, 'a.yaml'), 0o755)
    writeFileSync(join(work, 'b.yaml'), 'b\n')
    git('add', '.')
    git('commit', '-qm', 'what was there')
    git('push', '-q', 'origin', 'HEAD:main')
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const commit = (to: string, more: Partial<FileChange> = {}) =>
    commitFile(
      {
        access: { repository: `file://${bare}` },
        branch: 'main',
        file: 'a.yaml',
        author,
        subject: `shop ${to}`,
        trailers: { 'Slipway-Fence': to },
        change: text => text.replace(/shop:.*/, `shop:${to}`),
        ...more,
      },
      localSecrets(),
    )
  const head = () => inBare('rev-parse', 'main')

  it('is pushed on top of the branch, and once', async () => {
    const made = await commit('2')
    expect(head()).toBe(made)
    expect(inBare('show', '--format=%an <%ae>|%s|%b', '--stat=80', made)).toMatch(
      /^Slipway <slipway@example.org>\|shop 2\|Slipway-Fence: 2\n+ a.yaml \| 2 \+-\n 1 file changed/,
    )
    expect(inBare('ls-tree', 'main', 'a.yaml')).toMatch(/^100755/)
    expect(await commit('2')).toBe(made)
    expect(head()).toBe(made)
  })

  it('builds on what others push in between, and sees what the commit before says', async () => {
    const seen: unknown[] = []
    await commit('3', {
      change: (text, trailers) => {
        seen.push(trailers)
        if (seen.length === 1) {
          git('pull', '-q', 'origin', 'main')
          writeFileSync(join(work, 'b.yaml'), 'of Ann\n')
          git('commit', '-qam', 'hers')
          git('push', '-q', 'origin', 'HEAD:main')
        }
        return text.replace(/shop:.*/, 'shop:3')
      },
    })
    expect(seen).toEqual([{ 'Slipway-Fence': '2' }, { 'Slipway-Fence': '2' }])
    expect(inBare('log', '--format=%s', 'main')).toBe('shop 3\nhers\nshop 2\nwhat was there')
    expect(inBare('show', 'main:b.yaml')).toBe('of Ann')
  })

  it('says what is missing, and what the remote does not take', async () => {
    await expect(commit('4', { file: 'c.yaml' })).rejects.toMatchObject({
      kind: 'Refused',
      message: expect.stringMatching(/there is no file c.yaml on branch main of file:/),
    })
    await expect(commit('4', { branch: 'none' })).rejects.toMatchObject({ kind: 'Unavailable' })
    writeFileSync(join(bare, 'hooks/update'), '#!/bin/sh\necho "error: main is protected" >&2\nexit 1\n', {
      mode: 0o755,
    })
    await expect(commit('4')).rejects.toMatchObject({
      kind: 'Refused',
      message: expect.stringMatching(
        /takes no commit on main: remote: error: main is protected; let Slipway push to it/,
      ),
    })
  })
})
