import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { runProgram } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function check(content: string, ...args: string[]) {
  const file = join(folder, 'slipway.yaml')
  writeFileSync(file, content)
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await runProgram(['config', 'check', file, ...args], {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
  })
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr), file }
}

test('a good configuration is summed up', async () => {
  const { code, stdout } = await check('targets: { eu: { type: process, environment: production, services: {} } }')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^targets\s+eu$/m)
  expect(stdout).toMatch(/^pipelines\s+0$/m)
})

test('a bad one is refused at its place, with exit code 2', async () => {
  const { code, stderr, file } = await check(
    'targets:\n  eu: { type: proces, environment: production, services: {} }\n',
  )
  expect(code).toBe(2)
  expect(stderr).toContain(`${file}:2:`)
  expect(stderr).toContain('is not valid')
  const json = await check('pipelines: 1', '-o', 'json')
  expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, problems: [{ line: 1, column: 12 }] })
})

test('one that is not there is named', async () => {
  const stderr = new PassThrough()
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr, env: {} }
  expect(await runProgram(['config', 'check', join(folder, 'none.yaml')], io)).toBe(2)
  stderr.end()
  expect(await text(stderr)).toContain('none.yaml')
})
