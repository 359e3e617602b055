import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CliError, exitCodes } from '../io.ts'
import { judgeCommand } from './judge.ts'

const calm = [100, 101, 99, 102, 98, 103, 97, 104, 96, 105]
const kayenta = (id: string, factor: number) => ({
  id,
  canaryConfig: { metrics: [{ name: 'm', groups: ['g'], analysisConfigurations: {} }], classifier: {} },
  thresholds: { pass: 95, marginal: 75 },
  metricSetPairs: [
    { name: 'm', id: 'm-0', tags: {}, values: { control: calm, experiment: calm.map(value => value * factor) } },
  ],
})
const sequential = {
  id: 's1',
  judge: { type: 'sequential', falseAlarm: 0.02 },
  metrics: [{ name: 'errors', kind: 'proportion', margin: { absolute: 0.01 }, critical: true }],
  intervals: new Array(6).fill({
    baseline: { errors: { bad: 5, total: 500 } },
    canary: { errors: { bad: 25, total: 500 } },
  }),
}

interface Ran {
  answers: Record<string, unknown>[]
  code: number
  message: string
}

async function judge(input: string | Buffer | Readable, file = '-'): Promise<Ran> {
  const stdout = new PassThrough()
  const answers = text(stdout)
  const stdin = input instanceof Readable ? input : Readable.from([Buffer.from(input)])
  const ended = await outcome(
    judgeCommand({ stdin, stdout, stderr: new PassThrough(), env: {} }).parseAsync([file], { from: 'user' }),
  )
  stdout.end()
  const lines = (await answers).split('\n').filter(line => line !== '')
  return { answers: lines.map(line => JSON.parse(line)), ...ended }
}

async function outcome(run: Promise<unknown>): Promise<{ code: number; message: string }> {
  try {
    await run
    return { code: exitCodes.succeeded, message: '' }
  } catch (error) {
    if (error instanceof CliError) return { code: error.exitCode, message: error.message }
    throw error
  }
}

const lines = (...cases: unknown[]) => cases.map(each => `${JSON.stringify(each)}\n`).join('')

describe('slipway judge', () => {
  it('judges each line by its form, in order', async () => {
    const { answers, code } = await judge(lines(kayenta('k1', 1), sequential, kayenta('k2', 2)))
    expect(code).toBe(0)
    expect(answers).toMatchObject([
      { id: 'k1', score: { score: 100, classification: 'Pass' } },
      { id: 's1', verdict: 'fail', decidedAt: 3 },
      { id: 'k2', score: { score: 0, classification: 'Fail' } },
    ])
  })

  it('answers a bad line with what is wrong, judges the others, and ends with 2', async () => {
    const wrong = { ...kayenta('k1', 1), thresholds: { pass: 'high', marginal: 75 } }
    const { answers, code, message } = await judge(lines(wrong, kayenta('k2', 1)))
    expect(answers).toMatchObject([
      { id: 'k1', error: { message: 'must be a number', pointer: '/thresholds/pass' } },
      { id: 'k2', score: { score: 100 } },
    ])
    expect(code).toBe(2)
    expect(message).toBe('1 of 2 lines could not be judged; their "error" says why')
  })

  it.each([
    { line: '{"id": 1', message: expect.stringMatching(/^line 1 cannot be read as JSON: /) },
    { line: 'null', message: 'must be an object' },
    { line: '[]', message: 'must be an object' },
    { line: '{"id":"x"}', id: 'x', message: expect.stringMatching(/^is no case: give "canaryConfig"/) },
    { line: '{"id":{},"judge":5}', message: expect.any(String) },
    { line: Buffer.from([0x22, 0xff, 0x22]), message: 'line 1: the line is not UTF-8' },
    {
      line: `{"id":"deep","metricSetPairs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      id: 'deep',
      message: 'must be a canary config',
    },
  ])('says what is wrong with $line', async ({ line, id = null, message }) => {
    const { answers, code } = await judge(line)
    expect(answers).toEqual([{ id, error: { message, pointer: expect.any(String) } }])
    expect(code).toBe(2)
  })

  it('points at what is wrong with a sequential case too', async () => {
    const { answers } = await judge(lines({ ...sequential, judge: { type: 'sequential', falseAlarm: 7 } }))
    expect(answers).toMatchObject([{ id: 's1', error: { pointer: '/judge/falseAlarm' } }])
  })

  it('survives a setting at the end of a very deep list', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const line = JSON.stringify(kayenta('k1', 2)).replace(
      '"analysisConfigurations":{}',
      `"analysisConfigurations":{"canary":{"outliers":${deep}}}`,
    )
    const { answers } = await judge(`${line}\n${JSON.stringify(kayenta('k2', 1))}`)
    expect(answers).toMatchObject([{ id: 'k1' }, { id: 'k2', score: { score: 100 } }])
  })

  it('knows how a number was written', async () => {
    const limit = (written: string) =>
      JSON.stringify(kayenta('k1', 2)).replace(
        '"analysisConfigurations":{}',
        `"analysisConfigurations":{"canary":{"effectSize":{"allowedIncrease":${written}}}}`,
      )
    const { answers } = await judge(`${limit('1e10')}\n${limit('10000000000')}`)
    expect(answers).toMatchObject([
      { results: [{ classification: 'Pass' }] },
      { error: { pointer: '/canaryConfig/metrics/0/analysisConfigurations/canary/effectSize/allowedIncrease' } },
    ])
  })

  it('of nothing is nothing', async () => {
    expect(await judge('\n\n')).toEqual({ answers: [], code: 0, message: '' })
  })

  it('holds one case at a time, however many there are', async () => {
    const line = `${JSON.stringify(kayenta('k', 1))}\n`
    let produced = 0
    let answered = 0
    let furthest = 0
    const stdin = Readable.from(
      (function* () {
        for (; produced < 2000; produced++) yield line
      })(),
      { highWaterMark: 1 },
    )
    const stdout = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        answered += 1
        furthest = Math.max(furthest, produced - answered)
        setImmediate(done)
      },
    })
    await judgeCommand({ stdin, stdout, stderr: new PassThrough(), env: {} }).parseAsync(['-'], { from: 'user' })
    expect(answered).toBeGreaterThanOrEqual(2000)
    expect(furthest).toBeLessThan(20)
  })
})

describe('a file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-judge-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('is read line by line', async () => {
    const file = join(folder, 'cases.jsonl')
    await writeFile(file, lines(kayenta('k1', 1), kayenta('k2', 2)))
    const { answers, code } = await judge('', file)
    expect(answers.map(({ id }) => id)).toEqual(['k1', 'k2'])
    expect(code).toBe(0)
  })

  it('that is missing, or a folder, is named', async () => {
    const missing = await judge('', join(folder, 'none.jsonl'))
    expect(missing).toMatchObject({ code: 2, message: expect.stringMatching(/^cannot read .*none\.jsonl: ENOENT/) })
    expect(await judge('', folder)).toMatchObject({ code: 2, message: expect.stringMatching(/EISDIR/) })
  })
})

describe('an output that fails', () => {
  const many = () => Readable.from(new Array(50).fill(lines(kayenta('k', 1))))

  async function judgeTo(stdout: Writable) {
    const stdin = many()
    const ended = await outcome(
      judgeCommand({ stdin, stdout, stderr: new PassThrough(), env: {} }).parseAsync(['-'], { from: 'user' }),
    )
    return { ...ended, stopped: stdin.destroyed }
  }

  it('because its reader has gone ends the command', async () => {
    let writes = 0
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        writes += 1
        done(writes < 3 ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
    expect(await judgeTo(stdout)).toEqual({
      code: 1,
      message: 'the output was closed before all cases were judged',
      stopped: true,
    })
  })

  it('because the disk is full says so', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space left on device')) })
    expect(await judgeTo(stdout)).toMatchObject({ code: 1, message: 'cannot write: no space left on device' })
  })

  it('because it was closed before ends the command', async () => {
    const stdout = new PassThrough()
    stdout.destroy()
    expect(await judgeTo(stdout)).toMatchObject({ code: 1 })
  })

  it('while it is waited for ends the command too', async () => {
    const stdout = new Writable({ highWaterMark: 1, write: () => setImmediate(() => stdout.destroy()) })
    expect(await judgeTo(stdout)).toMatchObject({
      code: 1,
      message: 'the output was closed before all cases were judged',
    })
  })
})
