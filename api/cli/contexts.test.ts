import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'
import { runProgram } from './program.ts'

let one: FakeApi
let two: FakeApi
let home: string

beforeAll(async () => {
  one = await startFakeApi()
  two = await startFakeApi()
  two.write('only-two.yaml', goodPipeline.replace('name: shop', 'name: only-two'))
  home = mkdtempSync(join(tmpdir(), 'slipway-contexts-'))
})
afterAll(async () => {
  await one.stop()
  await two.stop()
  rmSync(home, { recursive: true })
})

async function slipway(line: string, { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = { stdin: Readable.from([stdin]), stdout, stderr, env: { XDG_CONFIG_HOME: home, ...env } }
  const code = await runProgram(line.split(' '), io)
  const read = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? ''
  return { code, stdout: read(stdout), stderr: read(stderr) }
}

const file = () => join(home, 'slipway', 'contexts.json')
const pipelinesOf = async (line: string, env: Record<string, string> = {}) => {
  const { stdout } = await slipway(`pipelines -o json${line}`, { env })
  return JSON.parse(stdout).items.map(({ name }: { name: string }) => name)
}

test('logging in keeps the token where only its user can read it, and means that server from now on', async () => {
  const first = await slipway(`login ${one.url} --name one`, { stdin: `${one.token}\n` })
  expect([first.code, first.stdout]).toEqual([0, ''])
  expect(first.stderr).toContain('logged in to one as')
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(statSync(join(home, 'slipway')).mode & 0o777).toBe(0o700)
  expect((await slipway(`login ${two.url} --name two`, { stdin: two.token })).code).toBe(0)
  expect(await pipelinesOf('')).toContain('only-two')
  const listed = await slipway('context list')
  expect(listed.stdout.split('\n').map(line => line.trim().split(/ +/))).toEqual([
    ['NAME', 'SERVER'],
    ['one', one.url],
    ['*', 'two', two.url],
    [''],
  ])
  expect(`${listed.stdout}${first.stderr}`).not.toContain(one.token)
})

test('one is used, or meant for one command; what is said most plainly wins', async () => {
  expect((await slipway('context use one')).code).toBe(0)
  expect(await pipelinesOf('')).toEqual(['shop'])
  expect(await pipelinesOf(' --context two')).toContain('only-two')
  expect(await pipelinesOf('', { SLIPWAY_CONTEXT: 'two' })).toContain('only-two')
  const address = { SLIPWAY_URL: two.url, SLIPWAY_TOKEN: two.token }
  expect(await pipelinesOf('', { ...address, SLIPWAY_CONTEXT: 'one' })).toContain('only-two')
  expect(await pipelinesOf(' --context one', address)).toEqual(['shop'])
  expect((await slipway('list --context two --limit 1 -o json')).code).toBe(0)
  expect((await slipway('audit list --context two -o json')).code).toBe(0)
  expect((await slipway('list --context one --data x')).code).toBe(2)
})

test('local is the server of the data folder again', async () => {
  expect((await slipway('context use local')).code).toBe(0)
  const { code, stderr } = await slipway('list', { env: { SLIPWAY_DATA: join(home, 'nothing') } })
  expect([code, stderr]).toEqual([10, expect.stringContaining('slipway login URL')])
})

test('a wrong name, token, address or file says what to do', async () => {
  const unknown = await slipway('context use onee')
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'there is no context "onee" (did you mean "one"?); known are one, two\n',
  ])
  const refused = await slipway(`login ${one.url} --name bad`, { stdin: 'not the token' })
  expect([refused.code, readFileSync(file(), 'utf8').includes('bad')]).toEqual([2, false])
  expect((await slipway(`login ${one.url}`, { stdin: '' })).stderr).toContain('slipway token create')
  const wrong = await slipway(`login ${one.url}`, { stdin: 'slp_wrong' })
  expect([wrong.code, wrong.stderr]).toEqual([8, expect.stringContaining('slipway login')])
  expect((await slipway('login ftp://x', { stdin: 'x' })).code).toBe(2)
  chmodSync(file(), 0o644)
  expect((await slipway('context list')).stderr).toContain(`chmod 600 ${file()}`)
  chmodSync(file(), 0o600)
})

test('one that is removed is forgotten with its token', async () => {
  expect((await slipway('context remove two')).code).toBe(0)
  expect(readFileSync(file(), 'utf8')).not.toContain(two.url)
  expect(readFileSync(file(), 'utf8').split(one.token)).toHaveLength(2)
  expect((await slipway('context remove two')).code).toBe(2)
})

test('-o yaml says what -o json says', { timeout: 60_000 }, async () => {
  const env = { SLIPWAY_URL: one.url, SLIPWAY_TOKEN: one.token }
  for (const line of [
    'pipelines',
    'targets',
    'list',
    'inbox',
    'auth whoami',
    'context list',
    'power --requests 100 --errors 1% --detect 2x --weight 5%',
  ]) {
    const json = await slipway(`${line} -o json`, { env })
    const yaml = await slipway(`${line} -o yaml`, { env })
    expect([json.code, yaml.code], line).toEqual([0, 0])
    expect(parse(yaml.stdout), line).toEqual(JSON.parse(json.stdout))
  }
})
