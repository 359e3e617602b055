import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestRepository, testRepository } from '../../../test/repository.ts'
import type { Previewed } from '../preview-versions.ts'
import { runProgram } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-preview-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function preview(text: string, ...args: string[]) {
  const file = join(folder, 'shop.yaml')
  writeFileSync(file, text)
  return slipway(file, ...args)
}

async function slipway(...args: string[]) {
  const texts = { stdout: '', stderr: '' }
  const into = (name: keyof typeof texts) =>
    new PassThrough().on('data', chunk => {
      texts[name] += chunk
    })
  const io = { stdin: new PassThrough(), stdout: into('stdout'), stderr: into('stderr'), env: {} }
  return { code: await runProgram(['preview', ...args], io), ...texts }
}

const pipeline = `name: shop
application: shop
stages:
  - id: roll
    type: deploy
    matrix: { over: { region: [eu, us] } }
    target: '\${{ matrix.region }}'
    service: web
    release: { version: 1.0.0, command: [run] }
  - { id: rest, type: wait, for: 1m }
`

test('slipway preview writes matrices out, in order, with defaults', async () => {
  const { code, stdout } = await preview(pipeline)
  expect(code).toBe(0)
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/))
  expect(rows[0]).toEqual(['STAGE', 'TYPE', 'AFTER', 'WHERE', 'OF MATRIX'])
  expect(rows.map(([id]) => id)).toHaveLength(4)
  expect(stdout).toMatch(/region=eu/)
  expect(rows.at(-1)![2]!.split(' ')).toHaveLength(2)
  const { stages } = JSON.parse((await preview(pipeline, '-o', 'json')).stdout)
  expect(stages.at(-1)).toMatchObject({ id: 'rest', for: 60_000 })
  expect(stages[0]).toMatchObject({ strategy: 'rolling' })
})

test('slipway preview refuses what is not valid, with the place', async () => {
  const { code, stdout, stderr } = await preview('name: shop\n')
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('shop.yaml:1:1')
})

test('slipway preview puts in the templates beside the file', async () => {
  mkdirSync(join(folder, 'templates'))
  writeFileSync(
    join(folder, 'templates', 'rest.yaml'),
    'template: rest\nversion: 2\nparameters: { pause: { type: string } }\nstages: [{ id: rest, type: wait, for: "${{ parameters.pause }}" }]\n',
  )
  const use = 'name: shop\napplication: shop\nstages: [{ id: eu, template: rest@2, with: { pause: 1m } }]\n'
  const { code, stdout } = await preview(use, '-o', 'json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout).stages).toMatchObject([{ id: 'eu-rest', type: 'wait', for: 60_000 }])
})

describe('slipway preview --base', { timeout: 60_000 }, () => {
  const here = process.cwd()
  let checkout: TestRepository

  const canary = (more: string) => `name: shop
application: shop
stages:
  - id: canary
    type: canary
    target: eu
    service: web
    release: { version: 2.0.0, command: [run] }
    baseline: fresh
    steps: [{ weight: 10, for: 1m }, { weight: 50, for: 2m }]
    analysis: { interval: 10s, judge: { type: sequential }, metrics: [{ preset: http }] }
    ${more}
`
  const rest = (name: string) => `name: ${name}\napplication: shop\nstages: [{ id: rest, type: wait, for: 1m }]\n`

  beforeEach(() => {
    checkout = testRepository()
    checkout.commit({ 'pipelines/shop.yaml': canary('bake: 1m'), 'pipelines/old.yaml': rest('old'), 'x.yaml': 'no' })
    checkout.git('checkout', '--quiet', '-b', 'feature')
    process.chdir(checkout.folder)
  })
  afterEach(() => {
    process.chdir(here)
    checkout.remove()
  })

  const previewed = async (...args: string[]) => {
    const { code, stdout, stderr } = await slipway('--base', 'main', '-o', 'json', ...args)
    const all = JSON.parse(stdout) as Previewed[]
    return { code, stderr, all: Object.fromEntries(all.map(one => [one.name ?? one.file, one])) }
  }

  test('tells what changes for runs since the branch was left, whatever main has done since', async () => {
    checkout.commit({ 'pipelines/shop.yaml': canary('bake: 2m'), 'pipelines/old.yaml': null })
    checkout.commit({ 'pipelines/new.yaml': rest('new') })
    checkout.git('checkout', '--quiet', 'main')
    checkout.commit({ 'pipelines/shop.yaml': canary('bake: 9m') })
    checkout.git('checkout', '--quiet', 'feature')
    const { code, all } = await previewed()
    expect([code, Object.keys(all).sort()]).toEqual([0, ['new', 'old', 'shop']])
    const { changes, simulations } = all.shop!.preview!
    expect(changes).toEqual([{ path: 'stages.canary.bake', before: '"1m"', after: '"2m"' }])
    expect(simulations![0]!.after.duration - simulations![0]!.before!.duration).toBe(60_000)
    expect(all.old).toMatchObject({ file: null, preview: { changes: [{ path: '', after: null }] } })
    expect(all.new!.preview).toMatchObject({ base: null, changes: [{ before: null }] })
    const { stdout } = await slipway('--base', 'main', '--no-simulate')
    expect(stdout).toContain('stages.canary.bake: "1m" → "2m"')
    expect(stdout).toMatch(/^old: removed$/m)
  })

  test('ends with 3 when a bad release would go through that did not', async () => {
    checkout.commit({ 'pipelines/shop.yaml': canary('onVerdict: { fail: ignore }') })
    const { code, stderr, all } = await previewed()
    expect([code, stderr]).toEqual([3, 'shop: a bad release would end succeeded now; before it did not\n'])
    expect(all.shop!.preview!.simulations![1]).toMatchObject({
      before: { status: 'rolled-back' },
      after: { status: 'succeeded' },
    })
  })

  test('ends with 2 when a file is not valid, and tells the others all the same', async () => {
    checkout.commit({ 'pipelines/shop.yaml': canary('bakes: 1m'), 'pipelines/old.yaml': `${rest('old')}# the same\n` })
    const { code, stderr, all } = await previewed()
    expect([code, stderr]).toEqual([2, 'not valid: pipelines/shop.yaml\n'])
    expect(all['pipelines/shop.yaml']).toMatchObject({ valid: false, preview: null, problems: [{ line: 12 }] })
    expect(all.old!.preview).toMatchObject({ changes: [], simulations: null })
  })

  test('sees a template that changes, in the pipelines that use it', async () => {
    const template = (pause: string) =>
      `template: nap\nversion: 1\nparameters: {}\nstages: [{ id: rest, type: wait, for: ${pause} }]\n`
    const user = 'name: user\napplication: shop\nstages: [{ id: eu, template: nap@1 }]\n'
    const base = checkout.commit({ 'pipelines/templates/nap.yaml': template('1m'), 'pipelines/user.yaml': user })
    checkout.commit({ 'pipelines/templates/nap.yaml': template('2m') })
    const { code, stdout } = await slipway('--base', base, '--no-simulate', '-o', 'json')
    const changed = (JSON.parse(stdout) as Previewed[]).filter(({ preview: told }) => told!.changes.length > 0)
    expect([code, changed.map(({ name }) => name)]).toEqual([0, ['user']])
    expect(changed[0]!.preview!.changes).toMatchObject([{ path: 'stages.eu-rest.for' }])
  })

  test('finds the branch of a remote, and says what to do when there is none', async () => {
    checkout.git('update-ref', 'refs/remotes/origin/trunk', 'main')
    expect((await slipway('--base', 'trunk', '--no-simulate')).code).toBe(0)
    const { code, stderr } = await slipway('--base', 'nowhere')
    expect([code, stderr]).toEqual([
      2,
      'there is no branch or commit nowhere here; bring it: git fetch origin nowhere\n',
    ])
    expect((await slipway('--base', '--output=x')).code).toBe(2)
    expect((await slipway()).stderr).toContain('--base main, or --in-force')
  })
})
