import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Execution } from '../../pipeline/execution.ts'
import { anExecution, type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'
import { MessageRefused } from '../engine/engine.ts'
import { exitCodes } from './io.ts'
import { runProgram } from './program.ts'

let api: FakeApi
let folder: string

beforeAll(async () => {
  api = await startFakeApi()
  folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'))
})
afterAll(async () => {
  await api.stop()
  rmSync(folder, { recursive: true })
})

/** Runs a command line against the server, as from a terminal without colours. */
async function slipway(line: string, env: Record<string, string> = { SLIPWAY_URL: api.url, SLIPWAY_TOKEN: api.token }) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await runProgram(line.split(' '), { stdin: Readable.from([]), stdout, stderr, env })
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) }
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? ''
}

/** Ends the next run that is started like this, a moment later. */
function endRunsWith(change: Partial<Execution>): void {
  const { start } = api.engine
  api.engine.start = async (input, memo) => {
    api.engine.start = start
    await start(input, memo)
    setTimeout(() => {
      api.store.add({ execution: input.id, kind: 'execution.status', data: {} }, { endedAt: 'now', ...change })
    }, 10)
  }
}

describe('run', () => {
  test.each([
    ['succeeded', 0],
    ['failed', 3],
    ['rolled-back', 4],
    ['canceled', 5],
    ['rejected', 5],
    ['errored', 11],
  ] as const)('waits, and a run that %s ends it with %i', async (status, code) => {
    endRunsWith({ status, reason: 'because' })
    const ended = await slipway('run shop -p version=1')
    expect(ended.code).toBe(code)
    expect(ended.stdout).toMatch(new RegExp(`^shop-[0-9a-z]{12} ${status}\n$`))
    if (code !== 0) expect(ended.stderr).toContain('because')
  })

  test('prints data on standard output only: the id, or the run as JSON', async () => {
    const plain = await slipway('run shop -p version=1 --no-wait')
    expect(plain).toMatchObject({ code: 0, stdout: expect.stringMatching(/^shop-[0-9a-z]{12}\n$/), stderr: '' })
    const json = await slipway('run shop -p version=1 --no-wait -o json')
    expect(JSON.parse(json.stdout)).toMatchObject({ pipeline: 'shop', status: 'queued' })
  })

  test('with a key is one run, however often', async () => {
    const [first, second] = [
      await slipway('run shop -p version=1 --no-wait --idempotency-key k'),
      await slipway('run shop -p version=1 --no-wait --idempotency-key k'),
    ]
    expect(second.stdout).toBe(first.stdout)
  })

  test('says every parameter that is wrong, and ends with 2', async () => {
    const { code, stderr } = await slipway('run shop -p version=x -p colour=red')
    expect(code).toBe(2)
    expect(stderr).toContain('must match')
    expect(stderr).toContain('colour')
    expect((await slipway('run shop -p version')).stderr).toContain('key=value')
  })

  test('stops waiting after --timeout with 7, and at a person with 6', async () => {
    const { stdout } = await slipway('run shop -p version=1 --no-wait')
    const id = stdout.trim()
    expect(await slipway(`watch ${id} --timeout 50ms`)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('goes on'),
    })
    api.store.add({ execution: id, kind: 'execution.status', data: {} }, { status: 'held' })
    expect((await slipway(`watch ${id} --no-wait-judgment`)).code).toBe(6)
  })
})

describe('list and get', () => {
  test('show runs as a table, or whole as JSON', async () => {
    api.store.put(anExecution({ id: 'shop-shown', reason: '\u001b[2Jmalice' }))
    const { stdout } = await slipway('list --status running --limit 100')
    expect(stdout).toMatch(/^ID +STATUS/)
    expect(stdout).toContain('shop-shown')
    expect(JSON.parse((await slipway('list -o json')).stdout)).toHaveProperty('items')
    const shown = await slipway('get shop-shown')
    expect(shown.stdout).toContain('running: malice')
    expect(shown.stdout).not.toContain('\u001b')
  })

  test('get tells what the judge said of each metric, and nothing twice', async () => {
    const sentence = 'canary errors 30 % against 1.0 %: between 20 and 40 points worse'
    const judged = { name: 'errors', verdict: 'fail', reason: sentence }
    const progress = { phase: 'analysing', verdict: 'fail', message: sentence } as const
    const stage = { id: 'canary', type: 'canary', status: 'rolled-back', attempt: 1 } as const
    const times = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: null }
    const outputs = { verdict: 'fail', analysis: { metrics: [judged] } }
    const stages = [{ ...stage, ...times, progress, outputs, reason: `${sentence}; it was rolled back` }]
    api.store.put(anExecution({ id: 'shop-judged', stages }))
    const lines = (await slipway('get shop-judged')).stdout.split('\n').filter(line => line.includes(sentence))
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^canary +canary +rolled-back +analysing · fail · canary errors/)
    expect(lines[0]!.split(sentence)).toHaveLength(2)
    expect(lines[1]).toMatch(/^canary +errors +fail +canary errors/)
  })

  test('get tells what a run waits for', async () => {
    const times = { scheduledAt: null, startedAt: null, nextAttemptAt: null }
    api.store.put(anExecution({ id: 'shop-stuck' }))
    api.engine.pendingList = [
      { name: 'route', state: 'scheduled', attempt: 7, workflow: 'a', lastFailure: 'no answer', ...times },
    ]
    const { stdout } = await slipway('get shop-stuck')
    api.engine.pendingList = []
    expect(stdout).toMatch(/route +scheduled +7 +no answer/)
  })
})

test('preview --in-force compares with what the server has in force', { timeout: 60_000 }, async () => {
  writeFileSync(
    join(folder, 'shop.yaml'),
    goodPipeline.replace('stages:', 'stages:\n  - { id: rest, type: wait, for: 1m }'),
  )
  const told = await slipway(`preview --in-force -p version=7 ${folder}/shop.yaml`)
  expect([told.code, told.stderr]).toEqual([0, ''])
  expect(told.stdout).toContain('stages.rest: (none) → {"id":"rest","type":"wait","for":"1m"}')
  expect(told.stdout).toMatch(/a good release: succeeded after 0:01:10 .*, before succeeded after 0:00:10/)
  writeFileSync(join(folder, 'shop.yaml'), goodPipeline.replace('target: local', 'target: moon'))
  const refused = await slipway(`preview --in-force ${folder}/shop.yaml`)
  expect([refused.code, refused.stdout]).toEqual([2, expect.stringContaining('moon')])
})

describe('people steer runs from the command line', () => {
  const judgment = {
    ...{ instructions: 'Look at the graphs.', approvals: 2, approvers: null, fourEyes: true, seen: 'abc' },
    ...{
      given: [],
      until: '2026-01-02T00:00:00.000Z',
      inputs: { percent: { type: 'number' as const, required: true } },
    },
  }
  const approve = {
    id: 'approve',
    type: 'judgment',
    status: 'waiting' as const,
    attempt: 1,
    reason: 'needs 2',
    outputs: {},
  }
  const times = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: null }

  test('approve answers what the run asks about, with values of their types', async () => {
    const stages = [{ ...approve, ...times, progress: { phase: 'waiting', judgment } }]
    api.store.put(anExecution({ id: 'shop-waits', status: 'waiting', stages }))
    const told: unknown[] = []
    api.engine.answer = async (execution, update, message) => {
      told.push({ update, message })
      return anExecution({ id: execution })
    }
    const { code, stdout, stderr } = await slipway('approve shop-waits -i percent=5 --comment fine')
    expect([code, stdout]).toEqual([0, 'shop-waits running\n'])
    expect(stderr).toContain('Look at the graphs.')
    await slipway('reject shop-waits approve --comment slow --seen old')
    expect(told).toMatchObject([
      { update: 'judge', message: { decision: 'approve', seen: 'abc', inputs: { percent: 5 }, reason: 'fine' } },
      { update: 'judge', message: { decision: 'reject', seen: 'old', reason: 'slow' } },
    ])
    expect((await slipway('reject shop-waits')).code).toBe(2)
    expect((await slipway('approve shop-waits other')).stderr).toContain('does not wait for a judgment at other')
    expect((await slipway('inbox')).stdout).toMatch(/judgment +shop-waits +approve +2026-01-01T00:00:00.000Z +needs 2/)
    api.engine.answer = () => Promise.reject(new MessageRefused('look again', 'Stale'))
    expect((await slipway('approve shop-waits -i percent=5')).code).toBe(9)
  })

  test('pause, resume, skip and retry', async () => {
    api.store.put(anExecution({ id: 'shop-paused' }))
    const told: string[] = []
    api.engine.answer = async (execution, update, { stage = '' }) => {
      told.push(`${update} ${stage}`.trim())
      return anExecution({ id: execution, status: 'paused' })
    }
    expect((await slipway('pause shop-paused --reason lunch')).stdout).toBe('shop-paused paused\n')
    await slipway('resume shop-paused')
    await slipway('skip shop-paused --stage wait[eu]')
    expect(told).toEqual(['pause', 'resume', 'skip wait[eu]'])
    const refused = await slipway('retry shop-paused')
    expect([refused.code, refused.stderr]).toEqual([9, expect.stringContaining('has not ended (running)')])
  })
})

describe('errors name the thing, the reason and what to do', () => {
  test.each([
    ['get nobody', 1, 'there is no execution nobody'],
    ['cancel nobody', 1, 'there is no execution nobody'],
    ['run nobody', 1, 'there is no pipeline nobody'],
    ['list --status done', 2, 'there is no status done'],
    ['list --limit 0', 2, 'from 1 to 200'],
    ['serve --port 99999', 2, 'a port from 0 to 65535'],
    ['serve --config /nowhere.yaml', 2, 'there is no such file'],
    ['api', 2, 'slipway.yaml'],
    ['nonsense', 2, "unknown command 'nonsense'"],
    ['run', 2, "missing required argument 'pipeline'"],
  ])('%s', async (line, code, words) => {
    const ended = await slipway(line)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toContain(words)
    expect(ended.stderr).not.toMatch(/\n {4}at /)
  })

  test('a token that is not right is 8, a run that says no is 9, no server is 10', async () => {
    expect((await slipway('list', { SLIPWAY_URL: api.url, SLIPWAY_TOKEN: 'wrong' })).code).toBe(8)
    api.engine.answer = () => Promise.reject(new MessageRefused('no canary is running', 'Refused'))
    const refused = await slipway('promote shop-shown')
    expect([refused.code, refused.stderr]).toEqual([9, expect.stringContaining('no canary is running')])
    const nobody = await slipway('list', { SLIPWAY_URL: 'http://127.0.0.1:9', SLIPWAY_TOKEN: 't' })
    expect([nobody.code, nobody.stderr]).toEqual([10, expect.stringContaining('slipway serve')])
    expect((await slipway(`list --data ${folder}`, {})).code).toBe(10)
  })

  test('an address without a token, or that is none', async () => {
    expect((await slipway('list', { SLIPWAY_URL: api.url })).code).toBe(2)
    expect((await slipway('list', { SLIPWAY_URL: 'ftp://x', SLIPWAY_TOKEN: 't' })).code).toBe(2)
  })
})

test('the server of a data folder is found, unless others could have written the file', async () => {
  const file = join(folder, 'server.json')
  writeFileSync(file, JSON.stringify({ url: api.url, token: api.token, pid: 1 }), { mode: 0o600 })
  expect((await slipway('list', { SLIPWAY_DATA: folder })).code).toBe(0)
  rmSync(file)
  writeFileSync(file, JSON.stringify({ url: 'http://evil.example', token: 'x', pid: 1 }), { mode: 0o666 })
  expect((await slipway('list', { SLIPWAY_DATA: folder })).code).toBe(10)
})

test('every exit code is in the documentation, and no other', () => {
  const rows = [...readFileSync('docs/cli.md', 'utf8').matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  expect(rows).toEqual(Object.values(exitCodes))
})

test('a name that is nearly one is said, of commands and of pipelines', { timeout: 60_000 }, async () => {
  expect((await slipway('rn shop')).stderr).toContain('(Did you mean run?)')
  const { code, stderr } = await slipway('run shpo')
  expect([code, stderr]).toEqual([
    1,
    'there is no pipeline shpo (did you mean "shop"?); all of them: slipway pipelines\n',
  ])
})

test('help and version are data, and no error', async () => {
  expect(await slipway('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('rollback') })
  expect(await slipway('run --help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--idempotency-key') })
  expect(await slipway('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
