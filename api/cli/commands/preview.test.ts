import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { runProgram } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-preview-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function preview(text: string, ...args: string[]) {
  const file = join(folder, 'shop.yaml')
  writeFileSync(file, text)
  const texts = { stdout: '', stderr: '' }
  const into = (name: keyof typeof texts) =>
    new PassThrough().on('data', chunk => {
      texts[name] += chunk
    })
  const io = { stdin: new PassThrough(), stdout: into('stdout'), stderr: into('stderr'), env: {} }
  return { code: await runProgram(['preview', file, ...args], io), ...texts }
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
