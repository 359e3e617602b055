import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { codes } from '../../api/cli/follow.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { executionStatuses, isFinal } from '../../pipeline/statuses.ts'
import { ended } from '../ended.ts'
import { type FakeApi, startFakeApi } from '../fakes/api.ts'

/** The files of `examples/ci` do what they say: their shell is run against the real API, without the CI systems. */

const folder = new URL('../../examples/ci/', import.meta.url).pathname
const text = (file: string) => readFileSync(join(folder, file), 'utf8')
const finals = (Object.keys(executionStatuses) as (keyof typeof executionStatuses)[]).filter(isFinal)

let api: FakeApi
let work: string
let start: FakeApi['engine']['start']
/** Runs of earlier tests. */
let before: readonly string[] = []
let job = 0

beforeAll(async () => {
  api = await startFakeApi()
  start = api.engine.start
})
afterAll(() => api.stop())

beforeEach(() => {
  job++
  work = mkdtempSync(join(tmpdir(), 'slipway-ci-'))
  mkdirSync(join(work, 'ci'))
  cpSync(join(folder, 'slipway-run.sh'), join(work, 'ci/slipway-run.sh'))
})
afterEach(async () => {
  rmSync(work, { recursive: true, force: true })
  api.engine.start = start
  before = (await api.client.listExecutions({ limit: 200 })).items.map(({ id }) => id)
})

type Variables = Readonly<Record<string, string>>

/** A line of shell as a CI system runs it, in a checkout. */
function shell(line: string, variables: Variables): Promise<{ code: number | null; output: string }> {
  const env = { PATH: process.env.PATH, SLIPWAY_PAUSE: '0.1', SLIPWAY_OUTAGE: '1', ...variables }
  return ended(spawn('sh', ['-c', line], { cwd: work, env }))
}

const usual = (): Variables => ({
  ...{ SLIPWAY_URL: api.url, SLIPWAY_TOKEN: api.token, SLIPWAY_PIPELINE: 'shop' },
  ...{ SLIPWAY_PARAMETERS: 'version=1', SLIPWAY_IDEMPOTENCY_KEY: `job ${job}` },
})
const run = (variables: Variables = {}) => shell('sh ci/slipway-run.sh', { ...usual(), ...variables })

/** Ends all runs that are started from now on, a moment after they are. */
function endRunsWith(change: Partial<Execution>): void {
  api.engine.start = async (input, memo) => {
    await start(input, memo)
    setTimeout(() => {
      api.store.add({ execution: input.id, kind: 'execution.status', data: {} }, { endedAt: 'now', ...change })
    }, 10)
  }
}

const started = async () =>
  (await api.client.listExecutions({ limit: 200 })).items.filter(({ id }) => !before.includes(id))

describe('slipway-run.sh', () => {
  test.each(finals)('ends as `slipway run` does when a run is %s, and says why', async status => {
    endRunsWith({ status, reason: 'because' })
    const { code, output } = await run()
    expect(code, output).toBe(codes[status])
    expect(output).toContain(status)
    if (code !== 0) expect(output).toContain('because')
  })

  test('gives values as the pipeline declares them', async () => {
    const declared = 'version: { type: string }, count: { type: number }, on: { type: boolean }, note: { type: string }'
    const stages = 'stages: [{ id: nap, type: wait, for: 1s }]'
    api.write('typed.yaml', `name: typed\napplication: store\nparameters: { ${declared} }\n${stages}\n`)
    endRunsWith({ status: 'succeeded' })
    const parameters = 'version=1.10\r\ncount=3\non=true\n\nnote=a=b "c" $(d)\n'
    const { code, output } = await run({ SLIPWAY_PIPELINE: 'typed', SLIPWAY_PARAMETERS: parameters })
    expect(code, output).toBe(0)
    expect((await started())[0]!.parameters).toEqual({ version: '1.10', count: 3, on: true, note: 'a=b "c" $(d)' })
  })

  test('is one run for one key', async () => {
    endRunsWith({ status: 'succeeded' })
    expect([(await run()).code, (await run()).code]).toEqual([0, 0])
    expect(await started()).toHaveLength(1)
    expect((await run({ SLIPWAY_PARAMETERS: 'version=2' })).code).toBe(2)
    expect((await run({ SLIPWAY_IDEMPOTENCY_KEY: `another of ${job}` })).code).toBe(0)
    expect(await started()).toHaveLength(2)
  })

  test.each<[string, Variables, number, string]>([
    ['a parameter that does not fit', { SLIPWAY_PARAMETERS: 'version=x' }, 2, 'must match'],
    ['what is no parameter', { SLIPWAY_PARAMETERS: 'version' }, 2, 'name=value'],
    ['an unknown pipeline', { SLIPWAY_PIPELINE: 'nothing' }, 1, 'nothing'],
    ['a name that would be another path', { SLIPWAY_PIPELINE: '../tokens' }, 2, 'SLIPWAY_PIPELINE'],
    ['a token that is none', { SLIPWAY_TOKEN: 'wrong' }, 8, ''],
    ['a token that would be more than a header', { SLIPWAY_TOKEN: 'a"\nurl = "file:///etc/passwd' }, 8, 'line break'],
    ['no token', { SLIPWAY_TOKEN: '' }, 8, 'SLIPWAY_TOKEN'],
    ['no key', { SLIPWAY_IDEMPOTENCY_KEY: '' }, 2, 'SLIPWAY_IDEMPOTENCY_KEY'],
    ['a key of two lines', { SLIPWAY_IDEMPOTENCY_KEY: 'a\nx: y' }, 2, 'SLIPWAY_IDEMPOTENCY_KEY'],
    ['no server', { SLIPWAY_URL: 'http://127.0.0.1:9' }, 10, 'does not answer'],
    ['no address', { SLIPWAY_URL: '127.0.0.1' }, 2, 'SLIPWAY_URL'],
    ['a run that takes too long', { SLIPWAY_TIMEOUT: '1' }, 7, 'goes on'],
  ])('%s ends it with one clear line', async (_, variables, expected, words) => {
    const { code, output } = await run(variables)
    expect(code, output).toBe(expected)
    expect(output).toContain(words)
    expect(output).not.toContain(api.token)
  })

  test('a GitHub job takes a new token of its own for each request', async () => {
    const asked: string[] = []
    const github = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`)
      response.end(JSON.stringify({ value: api.token }))
    })
    await new Promise<void>(resolve => github.listen(0, '127.0.0.1', resolve))
    endRunsWith({ status: 'succeeded' })
    const address = `http://127.0.0.1:${(github.address() as AddressInfo).port}/token?api-version=2`
    const own = { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job' }
    const { code, output } = await run({ SLIPWAY_TOKEN: '', ...own })
    github.close()
    expect(code, output).toBe(0)
    expect(asked.length).toBeGreaterThan(2)
    expect(new Set(asked).size).toBe(1)
    expect(decodeURIComponent(asked[0]!)).toBe(`Bearer of-the-job /token?api-version=2&audience=${api.url}`)
  })
})

describe('what the CI systems are given', () => {
  test('action.yml: the step starts a run and gives its id and end to later steps', async () => {
    endRunsWith({ status: 'rolled-back' })
    const action = parse(text('action.yml'))
    const [step, ...others] = action.runs.steps
    expect(others).toEqual([])
    // An input as part of the shell's text could be a command.
    expect(step.run).not.toContain('${{')
    const given: Variables = { 'inputs.url': api.url, 'inputs.pipeline': 'shop', 'inputs.parameters': 'version=1' }
    const known: Variables = { ...given, 'inputs.token': api.token, 'inputs.timeout': action.inputs.timeout.default }
    const github = { repository_id: '7', run_id: '8', run_attempt: '1', job: 'release' }
    const fill = (words: string): string =>
      words.replace(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
        if (name === 'inputs.idempotency-key') return fill(action.inputs['idempotency-key'].default)
        const value = known[name] ?? github[name.replace('github.', '') as keyof typeof github]
        if (value === undefined) throw new Error(`${name} is not known`)
        return value
      })
    const env = Object.fromEntries(Object.entries(step.env as Variables).map(([key, value]) => [key, fill(value)]))
    const outputs = join(work, 'outputs')
    const ended = await shell(step.run, { ...env, GITHUB_ACTION_PATH: folder, GITHUB_OUTPUT: outputs })
    expect(ended.code, ended.output).toBe(codes['rolled-back'])
    const [{ id } = { id: '' }] = await started()
    expect(readFileSync(outputs, 'utf8')).toBe(`slipway_execution=${id}\nslipway_status=rolled-back\n`)
    for (const { value } of Object.values(action.outputs as Record<string, { value: string }>))
      expect(value).toMatch(/^\$\{\{ steps\.run\.outputs\.slipway_(execution|status) \}\}$/)
    expect(env.SLIPWAY_IDEMPOTENCY_KEY).toBe('github-7-8-1-release')
  })

  test('gitlab.yml: the script starts a run and leaves a report for later jobs', async () => {
    endRunsWith({ status: 'succeeded' })
    const { '.slipway-run': job } = parse(text('gitlab.yml'))
    expect(job.id_tokens).toEqual({ SLIPWAY_TOKEN: { aud: '$SLIPWAY_URL' } })
    const gitlab: Variables = { CI_PROJECT_ID: '7', CI_JOB_ID: '8' }
    const fill = (words: string) => words.replace(/\$(\w+)/g, (_, name: string) => gitlab[name] ?? `no ${name}`)
    const set = Object.entries(job.variables as Variables).map(([key, value]) => [key, fill(value)])
    const { code, output } = await shell(job.script.join('\n'), { ...usual(), ...Object.fromEntries(set) })
    expect(code, output).toBe(0)
    const report = readFileSync(join(work, job.artifacts.reports.dotenv), 'utf8')
    expect(report).toMatch(/^slipway_execution=shop-\w{12}\nslipway_status=succeeded\n$/)
    expect(Object.fromEntries(set).SLIPWAY_IDEMPOTENCY_KEY).toBe('gitlab-7-8')
  })

  test('Jenkinsfile: its shell steps start a run', async () => {
    endRunsWith({ status: 'failed' })
    const file = text('Jenkinsfile')
    const steps = [...file.matchAll(/^ +sh '([^']*)'$/gm)].map(([, line]) => line as string)
    expect(steps).toHaveLength(1)
    for (const name of Object.keys(usual())) expect(file).toMatch(new RegExp(`^ +${name} = `, 'm'))
    expect((await shell(steps.join('\n'), usual())).code).toBe(codes.failed)
  })
})
