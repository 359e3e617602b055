import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitReport } from '../../activities/notifiers/github-commits.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import { type Catalog, createCatalog } from '../../api/definitions/catalog.ts'
import { createCheck } from '../../api/definitions/check.ts'
import { createRepositorySource, type RepositoryParts } from '../../api/definitions/repository-source.ts'
import type { Source } from '../../api/definitions/source.ts'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { git } from '../proof/git.ts'
import { type TestRepository, testRepository } from '../repository.ts'

let remote: TestRepository
let data: string

beforeEach(() => {
  remote = testRepository()
  data = mkdtempSync(join(tmpdir(), 'slipway-mirrors-'))
})
afterEach(() => {
  remote.remove()
  rmSync(data, { recursive: true, force: true })
})

/** As after a start of the server, on the mirrors that are there. */
const open = (path = 'pipelines'): Catalog => createCatalog([source(path)])

function source(path: string, reports: RepositoryParts['reports'] = () => null): Source {
  const settings = { repository: remote.address, branch: 'main', path, poll: 60_000 }
  const check = createCheck(configuration.parse({}))
  const parts = { folder: data, check, secrets: localSecrets(), reports, now: () => new Date(0) }
  return createRepositorySource(settings, { ...parts, log: pino({ level: 'silent' }) })
}

const pipeline = (name: string, pause = '1s') =>
  `name: ${name}\napplication: store\nstages:\n  - { id: rest, type: wait, for: ${pause} }\n`
const invalid = (name: string) => `name: ${name}\napplication: store\nstages:\n  - { id: rest, type: rest }\n`

async function seen(catalog: Catalog) {
  return Object.fromEntries(
    (await catalog.list()).map(({ name, revision, pipeline: valid, refused }) => [
      name,
      { revision, valid: valid !== null, refused: refused?.revision ?? null },
    ]),
  )
}

describe('pipelines of a repository', () => {
  test('are known by the commit that is in force', async () => {
    const first = remote.commit({ 'pipelines/shop.yaml': pipeline('shop'), 'readme.yaml': 'not: one' })
    const catalog = open()
    expect(await seen(catalog)).toEqual({ shop: { revision: first, valid: true, refused: null } })
    const second = remote.commit({ 'pipelines/shop.yaml': pipeline('shop', '2s') })
    expect((await catalog.get('shop'))!.revision).toBe(first)
    await catalog.refresh()
    expect((await catalog.get('shop'))!.revision).toBe(second)
    expect(await catalog.sources()).toMatchObject([
      { origin: `${remote.address}#main`, revision: second, problem: null },
    ])
    expect(await catalog.textAt(first, 'shop')).toBe(pipeline('shop'))
    expect(await catalog.textAt(second, 'shop')).toBe(pipeline('shop', '2s'))
    expect(await catalog.textAt(second, 'other')).toBeNull()
    expect(await catalog.textAt('--output=/tmp/x', 'shop')).toBeNull()
  })

  test('stay at the last good version of an invalid file, with the location; over a restart without memory, too', async () => {
    const good = remote.commit({ 'pipelines/shop.yaml': pipeline('shop'), 'pipelines/other.yaml': pipeline('other') })
    const catalog = open()
    await catalog.list()
    const bad = remote.commit({ 'pipelines/shop.yaml': invalid('shop') })
    await catalog.refresh()
    const expected = {
      other: { revision: bad, valid: true, refused: null },
      shop: { revision: good, valid: true, refused: bad },
    }
    expect(await seen(catalog)).toEqual(expected)
    expect((await catalog.get('shop'))!.refused!.problems[0]).toMatchObject({
      line: 4,
      message: expect.stringContaining('rest'),
    })
    expect(await seen(open())).toEqual(expected)
    rmSync(data, { recursive: true })
    expect(await seen(open())).toEqual(expected)
    const mended = remote.commit({ 'pipelines/shop.yaml': pipeline('shop', '3s') })
    await catalog.refresh()
    expect((await seen(catalog)).shop).toEqual({ revision: mended, valid: true, refused: null })
  })

  test('tell their commit when it breaks one and when all is well again, and wait for nobody', async () => {
    const told: CommitReport[] = []
    let takes = false
    const tell = async (report: CommitReport) => {
      if (!takes) throw new Error('away')
      told.push(report)
    }
    remote.commit({ 'pipelines/shop.yaml': pipeline('shop') })
    const first = source('pipelines', () => tell)
    const stopping = new AbortController()
    const watching = first.watch(stopping.signal)
    const bad = remote.commit({ 'pipelines/shop.yaml': invalid('shop') })
    await first.refresh()
    expect(await first.list()).toMatchObject([{ refused: { revision: bad } }])
    stopping.abort()
    await watching
    takes = true
    const again = new AbortController()
    const second = source('pipelines', () => tell)
    const watchingAgain = second.watch(again.signal)
    await expect
      .poll(() => told, { timeout: 30_000 })
      .toMatchObject([
        { commit: bad, context: 'slipway/pipelines', problems: [{ file: 'pipelines/shop.yaml', line: 4 }] },
      ])
    const mended = remote.commit({ 'pipelines/shop.yaml': pipeline('shop', '2s') })
    await second.refresh()
    await expect.poll(() => told[1], { timeout: 30_000 }).toMatchObject({ commit: mended, problems: [] })
    again.abort()
    await watchingAgain
    expect(told).toHaveLength(2)
  })

  test('without any good version are refused by name', async () => {
    remote.commit({ 'pipelines/shop.yaml': invalid('shop') })
    expect(await seen(open())).toMatchObject({ shop: { valid: false, refused: null } })
  })

  test('follow a renamed file, go with a deleted one, and a newcomer cannot take a name', async () => {
    remote.commit({ 'pipelines/a.yaml': pipeline('shop'), 'pipelines/b.yaml': pipeline('other') })
    const catalog = open()
    await catalog.list()
    remote.git('mv', 'pipelines/a.yaml', 'pipelines/renamed.yaml')
    const moved = remote.commit({ 'pipelines/b.yaml': null })
    await catalog.refresh()
    expect(await seen(catalog)).toEqual({ shop: { revision: moved, valid: true, refused: null } })
    for (let round = 0; round < 2; round++) {
      remote.commit({ 'pipelines/taker.yaml': pipeline('shop', `${round + 5}s`) })
      await catalog.refresh()
      expect(await seen(catalog)).toMatchObject({ shop: { valid: true }, 'pipelines/taker.yaml': { valid: false } })
    }
  })

  test('follow a forced push; what was lost by it can still be read', async () => {
    const base = remote.commit({ 'pipelines/shop.yaml': pipeline('shop') })
    const lost = remote.commit({ 'pipelines/shop.yaml': pipeline('shop', '2s') })
    const catalog = open()
    await catalog.list()
    remote.git('reset', '--quiet', '--hard', base)
    const forced = remote.commit({ 'pipelines/shop.yaml': pipeline('shop', '3s') })
    await catalog.refresh()
    expect((await seen(catalog)).shop!.revision).toBe(forced)
    expect(await catalog.textAt(lost, 'shop')).toBe(pipeline('shop', '2s'))
  })

  test('stay as they are while the remote is away or the branch is gone, and say so; after a restart, too', async () => {
    const last = remote.commit({ 'pipelines/shop.yaml': pipeline('shop') })
    const catalog = open()
    await catalog.list()
    remote.away()
    await catalog.refresh()
    const kept = { shop: { revision: last, valid: true, refused: null } }
    for (const one of [catalog, open()]) {
      expect(await seen(one)).toEqual(kept)
      await one.refresh()
      expect((await one.sources())[0]).toMatchObject({ revision: last, known: true })
      expect((await one.sources())[0]!.problem).toMatch(/not (exist|appear)|not a git repository/)
    }
    remote.back()
    remote.git('branch', '-m', 'main', 'trunk')
    await catalog.refresh()
    expect(await seen(catalog)).toEqual(kept)
    expect((await catalog.sources())[0]!.problem).toContain('has no branch main')
    remote.git('branch', '-m', 'trunk', 'main')
    await catalog.refresh()
    expect((await catalog.sources())[0]!.problem).toBeNull()
  })

  test('that were never read are not known, which is not the same as gone', async () => {
    remote.commit({ 'pipelines/shop.yaml': pipeline('shop') })
    remote.away()
    const catalog = open()
    expect(await catalog.list()).toEqual([])
    expect(await catalog.sources()).toMatchObject([{ known: false, revision: null }])
    remote.back()
  })

  test('of a repository with many files are all read, and a change is seen (slice of the proof)', async () => {
    expect(await git.run({ seed: 1, rounds: 50, log: () => {} })).toMatchObject({ files: 1_000, pipelines: 50 })
  })

  // Mutation: without `faultOf` in snapshot.ts the link is read as a pipeline text, and the large file is.
  test('links, submodules, large files and odd paths are refused by name; nothing outside is read', async () => {
    remote.commit({
      'pipelines/good.yaml': pipeline('good'),
      'pipelines/large.yaml': `${pipeline('large')}#${'x'.repeat(10 * 1024 * 1024)}`,
      [`pipelines/${'deep/'.repeat(60)}deep.yaml`]: pipeline('deep'),
    })
    symlinkSync('/etc/passwd', join(remote.folder, 'pipelines/link.yaml'))
    remote.git('update-index', '--add', '--cacheinfo', `160000,${remote.git('rev-parse', 'HEAD')},pipelines/sub.yaml`)
    remote.git('add', 'pipelines/link.yaml')
    remote.git('commit', '--quiet', '-m', 'odd ones')
    const definitions = await open().list()
    const problems = definitions.map(({ name, problems: [problem] }) => [name, problem?.message ?? null])
    expect(Object.fromEntries(problems)).toEqual({
      good: null,
      large: 'pipelines/large.yaml: larger than 256 KB',
      link: 'pipelines/link.yaml: a symbolic link; links are not followed',
      sub: 'pipelines/sub.yaml: a submodule; only files of this repository are read',
    })
    expect((await open('pipelines/**/*.yaml').list()).find(({ name }) => name === 'deep')?.pipeline?.name).toBe('deep')
  })

  // Mutation: with a tree of our own making, `..` would be a way out if files were ever checked out.
  test('a tree that names its way out is refused', async () => {
    remote.commit({ 'pipelines/good.yaml': pipeline('good') })
    const blob = remote.git('rev-parse', 'HEAD:pipelines/good.yaml')
    const inner = tree(`100644 evil.yaml\0`, blob)
    const middle = tree(`40000 ..\0`, inner)
    const root = tree(`40000 pipelines\0`, middle)
    remote.git('update-ref', 'refs/heads/main', remote.git('commit-tree', root, '-m', 'evil'))
    const [evil] = await open('pipelines/**').list()
    expect(evil).toMatchObject({
      pipeline: null,
      problems: [{ message: expect.stringContaining('out of the repository') }],
    })
  })

  function tree(head: string, hash: string): string {
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from(hash, 'hex')])
    return remote.object('tree', bytes)
  }
})
