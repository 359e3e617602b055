import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { createCheck } from './check.ts'
import type { GitMirror } from './git-mirror.ts'
import { openLastGood } from './last-good.ts'
import { pathPattern } from './path-pattern.ts'
import { isTemplate } from './repository-templates.ts'
import { createSnapshots } from './snapshot.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-templates-'))
afterAll(() => rmSync(folder, { recursive: true }))

const use = 'name: shop\napplication: store\nstages:\n  - { id: eu, template: rest@1 }\n'
const template = (pause: string) => `template: rest\nversion: 1\nstages:\n  - { id: rest, type: wait, for: ${pause} }\n`

type Commits = Record<string, Record<string, string>>

/** A repository in memory; a blob is called by its text. */
function mirrorOf(commits: Commits): GitMirror {
  return {
    sync: async () => 'c1',
    head: async () => 'c1',
    files: async (commit, below) =>
      Object.entries(commits[commit]!)
        .filter(([path]) => below === '' || path === below || path.startsWith(`${below}/`))
        .map(([path, blob]) => ({ path, mode: '100644', blob, size: blob.length })),
    texts: async blobs => new Map(blobs.map(blob => [blob, blob])),
    history: async () => [],
  }
}

function reader(commits: Commits, path: string) {
  const lastGood = openLastGood(join(folder, `${path.replaceAll(/\W/g, '-')}.json`))
  const parts = { lastGood, check: createCheck(configuration.parse({})), origin: 'git' }
  return createSnapshots({ ...parts, mirror: mirrorOf(commits), pattern: pathPattern(path) })
}

test('a commit that changes only a template changes what uses it; one that breaks it leaves what was there', async () => {
  const at = (pause: string) => ({ 'ci/shop.yaml': use, 'ci/templates/rest.yaml': template(pause) })
  const read = reader({ c1: at('1s'), c2: at('2s'), c3: at('soon') }, 'ci')
  for (const [commit, pause] of [
    ['c1', 1_000],
    ['c2', 2_000],
  ] as const) {
    const [definition, ...others] = (await read(commit)).definitions
    expect(others).toEqual([])
    expect(definition).toMatchObject({ revision: commit, refused: null, pipeline: { stages: [{ for: pause }] } })
  }
  const [kept] = (await read('c3')).definitions
  expect(kept).toMatchObject({ revision: 'c2', pipeline: { stages: [{ id: 'eu-rest', for: 2_000 }] } })
  expect(kept!.refused).toMatchObject({ revision: 'c3', problems: [{ line: 4 }] })
  expect(kept!.refused!.problems[0]!.message).toContain('in template rest@1, stage "rest"')
})

test('each folder has its own templates, and none of them is a pipeline', async () => {
  const files = {
    'a/shop.yaml': use,
    'a/templates/rest.yaml': template('1s'),
    'b/other.yaml': use.replace('shop', 'other'),
  }
  const { definitions } = await reader({ c1: files }, '**/*.yaml')('c1')
  expect(definitions.map(({ name, pipeline }) => [name, pipeline !== null])).toEqual([
    ['shop', true],
    ['other', false],
  ])
})

test('a source that is a folder called templates holds pipelines all the same', () => {
  expect(isTemplate('templates/shop.yaml', 'templates')).toBe(false)
  expect(isTemplate('templates/templates/rest.yaml', 'templates')).toBe(true)
})
