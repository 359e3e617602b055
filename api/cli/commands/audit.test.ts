import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeApi, startFakeApi } from '../../../test/fakes/api.ts'
import { runProgram } from '../program.ts'

let api: FakeApi
let folder: string
let exported: string[]

beforeAll(async () => {
  api = await startFakeApi()
  folder = mkdtempSync(join(tmpdir(), 'slipway-audit-'))
  await api.client.createToken({ body: { name: 'reader', allow: ['execution:read'] } })
  await api.client.startExecution({ name: 'shop', body: { parameters: { version: '1' } } })
  await api.request('/api/v1/tokens', { headers: { authorization: 'Bearer of-nobody' } })
  const at = new Date().toISOString()
  const formula = { actor: '=HYPERLINK("http://evil")', action: 'x', subject: 'with "quotes", and commas' } as const
  await api.store.audit({ ...formula, at, outcome: 'allowed', data: {} })
  exported = (await slipway('audit export')).stdout.trim().split('\n')
})
afterAll(async () => {
  await api.stop()
  rmSync(folder, { recursive: true })
})

async function slipway(line: string, token = api.token) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const env = { SLIPWAY_URL: api.url, SLIPWAY_TOKEN: token }
  const code = await runProgram(line.split(' '), { stdin: Readable.from([]), stdout, stderr, env })
  const textOf = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? ''
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) }
}

function kept(name: string, lines: readonly string[]): string {
  const file = join(folder, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const changed = (line: string, change: object) => JSON.stringify({ ...JSON.parse(line), ...change })

describe('the audit log on the command line', () => {
  test('tells what was done, what was refused, and by whom; changes of the configuration, too', async () => {
    const all = (await slipway('audit list')).stdout
    for (const action of ['token.create', 'execution.start', 'configuration.change']) expect(all).toContain(action)
    const { stdout } = await slipway('audit search --outcome refused -o json')
    const { items } = JSON.parse(stdout) as { items: { actor: string; action: string }[] }
    expect(items.map(({ actor, action }) => `${actor} ${action}`)).toEqual(['stranger:127.0.0.1 tokens.list'])
    expect((await slipway('audit list --action token.create --actor nobody')).stdout).not.toContain('token.create')
  })

  test('is exported in order with its hashes, and holds', async () => {
    expect(exported.map(line => JSON.parse(line).sequence)).toEqual(exported.map((_, index) => index + 1))
    expect((await slipway('audit verify')).stdout).toBe('the audit log holds\n')
    expect(await slipway(`audit verify --file ${kept('whole.jsonl', exported)}`)).toMatchObject({ code: 0 })
  })

  test('is a table that a spreadsheet takes for text', async () => {
    const [head, ...rows] = (await slipway('audit export --format csv')).stdout.trim().split('\n')
    expect(head).toBe('sequence,at,actor,action,subject,outcome,data,previous,hash')
    const row = rows.find(line => line.includes('HYPERLINK'))!
    expect(row).toContain('"\'=HYPERLINK(""http://evil"")"')
    expect(row).toContain('"with ""quotes"", and commas"')
  })

  test.each<[string, () => string[], number]>([
    ['a changed record', () => exported.with(1, changed(exported[1]!, { actor: 'somebody' })), 2],
    ['a missing one', () => exported.toSpliced(1, 1), 2],
    ['two in another order', () => [exported[0]!, exported[2]!, exported[1]!, ...exported.slice(3)], 2],
  ])('with %s ends with 3 and names the place', async (_what, lines, place) => {
    const { code, stderr } = await slipway(`audit verify --file ${kept('bad.jsonl', lines())}`)
    expect([code, stderr]).toEqual([3, expect.stringContaining(`record ${place} was changed, moved or removed`)])
  })

  test('that was cut off holds by itself, and not against a checkpoint', async () => {
    const cut = kept('cut.jsonl', exported.slice(0, 2))
    const { sequence, hash, at } = JSON.parse(exported.at(-1)!)
    const checkpoints = kept('checkpoints.jsonl', [JSON.stringify({ sequence, hash, at })])
    expect((await slipway(`audit verify --file ${cut}`)).code).toBe(0)
    const { code, stderr } = await slipway(`audit verify --file ${cut} --checkpoints ${checkpoints}`)
    expect([code, stderr]).toEqual([3, expect.stringContaining('record 3 was changed, moved or removed')])
    expect((await slipway(`audit verify --checkpoints ${checkpoints}`)).code).toBe(0)
  })
})

describe('what one may do', () => {
  test('is answered with yes and 0, or no and 8', async () => {
    const token = (await api.client.createToken({ body: { name: 'asking', allow: ['execution:read'] } })).token
    expect(await slipway('auth can-i execution:start')).toMatchObject({ code: 0, stdout: 'yes\n' })
    expect(await slipway('auth can-i execution:read --application store', token)).toMatchObject({ code: 0 })
    const { code, stdout, stderr } = await slipway('auth can-i execution:start --application store', token)
    expect([code, stdout]).toEqual([8, 'no\n'])
    expect(stderr).toContain('you lack the permission execution:start')
    expect((await slipway('auth can-i fly')).code).toBe(2)
  })
})
