import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { createCheck } from './check.ts'
import { createDirectorySource } from './directory-source.ts'

let folder: string
let catalog: Catalog
const check = createCheck(configuration.parse({}))

const valid = (name: string) => `name: ${name}\napplication: store\nstages:\n  - { id: rest, type: wait, for: 1s }\n`
const write = (file: string, text: string) => writeFileSync(join(folder, file), text)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-catalog-'))
  catalog = createCatalog([createDirectorySource(folder, check)])
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a file is read again when it changes, and gone when it is removed', async () => {
  write('a.yaml', valid('shop'))
  const first = (await catalog.get('shop'))!
  expect(first.problems).toEqual([])
  write('a.yaml', `${valid('shop')}# a comment\n`)
  const second = (await catalog.get('shop'))!
  expect(second.revision).not.toBe(first.revision)
  expect(second.definitionHash).toBe(first.definitionHash)
  write('a.yaml', valid('store'))
  expect(await catalog.get('shop')).toBeNull()
  rmSync(join(folder, 'a.yaml'))
  expect(await catalog.list()).toEqual([])
})

test('an invalid file is listed under the name it states, with line and column, and does not run', async () => {
  write('a.yaml', 'name: shop\napplication: store\nstages:\n  - { id: rest, type: rest }\n')
  const { pipeline, problems, definitionHash } = (await catalog.get('shop'))!
  expect({ pipeline, definitionHash }).toEqual({ pipeline: null, definitionHash: null })
  expect(problems[0]).toMatchObject({ line: 4 })
  write('b.yaml', '{ this is : not : yaml')
  expect((await catalog.get('b'))?.problems).not.toEqual([])
})

test('two files with one name: neither runs, and each names the other', async () => {
  write('a.yaml', valid('shop'))
  write('b.yaml', valid('shop'))
  const both = await catalog.list()
  expect(both.map(({ pipeline }) => pipeline)).toEqual([null, null])
  expect(both[0]!.problems[0]!.message).toContain('b.yaml')
})

test('links, large files, other files and missing directories are not read', async () => {
  write('secret.txt', valid('secret'))
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'link.yaml'))
  write('large.yaml', `${valid('large')}${'#'.repeat(300_000)}`)
  write('.hidden.yaml', valid('hidden'))
  const found = await catalog.list()
  expect(found.map(({ name, pipeline }) => [name, pipeline])).toEqual([
    ['large', null],
    ['link', null],
  ])
  expect(found[0]!.problems[0]!.message).toContain('larger than 256 KB')
  const nowhere = createCatalog([createDirectorySource(join(folder, 'nowhere'), check)])
  expect((await nowhere.list())[0]!.problems[0]!.message).toContain('cannot be read')
  expect(await nowhere.sources()).toMatchObject([{ problem: 'the configured directory cannot be read', known: false }])
})

test('a template beside the pipelines is read with them, and again when it changes; a link to one is not', async () => {
  const template = (pause: string) =>
    `template: rest\nversion: 1\nstages:\n  - { id: rest, type: wait, for: ${pause} }\n`
  const use = 'name: shop\napplication: store\nstages:\n  - { id: eu, template: rest@1 }\n'
  write('a.yaml', use)
  mkdirSync(join(folder, 'templates'))
  writeFileSync(join(folder, 'rest.txt'), template('3s'))
  symlinkSync(join(folder, 'rest.txt'), join(folder, 'templates', 'rest.yaml'))
  expect((await catalog.get('shop'))!.problems[0]!.message).toContain('there is no template "rest@1"')
  rmSync(join(folder, 'templates', 'rest.yaml'))
  write('templates/rest.yaml', template('1s'))
  const first = (await catalog.get('shop'))!
  expect(first.pipeline?.stages).toMatchObject([{ id: 'eu-rest', for: 1_000 }])
  write('templates/rest.yaml', template('2s'))
  const second = (await catalog.get('shop'))!
  expect(second.pipeline?.stages).toMatchObject([{ id: 'eu-rest', for: 2_000 }])
  expect(second.definitionHash).not.toBe(first.definitionHash)
  expect((await catalog.list()).map(({ name }) => name)).toEqual(['shop'])
})
