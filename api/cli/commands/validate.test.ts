import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliError, exitCodes } from '../io.ts'
import { validateCommand } from './validate.ts'

const good = 'name: pause\napplication: shop\nstages:\n  - { id: pause, type: wait, for: 1s }\n'
const bad = good.replace('1s', '1')
const deploy =
  "name: ship\napplication: shop\nstages:\n  - { id: a, type: deploy, target: ue, service: checkout, release: { version: '1', command: [x] } }\n"
const fault = 'must be a duration such as 500ms, 30s, 10m, 1h30m or 2d, not 1'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-validate-'))
  await mkdir(join(folder, 'team/.hidden'), { recursive: true })
  await mkdir(join(folder, 'empty'))
  const files: Record<string, string | Buffer> = {
    'good.yaml': good,
    'bad.yaml': bad,
    'team/a.yml': good,
    'team/b.yaml': bad,
    'team/notes.txt': 'no pipeline',
    'team/.hidden/c.yaml': bad,
    'slipway.yaml': 'targets: { eu: { type: process, environment: dev, services: { checkout: {} } } }\n',
    'broken.yaml': 'targets: { eu: { type: moon, environment: dev, services: {} } }\n',
    'bytes.yaml': Buffer.from([0x6e, 0xff, 0xfe, 0x0a]),
    'deploy.yaml': deploy,
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
})

afterAll(() => rm(folder, { recursive: true }))

interface Ran {
  code: number
  stdout: string
  /** Without the folder, so that lines can be compared. */
  stderr: string[]
}

async function validate(args: string[], stdin = ''): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const said = [text(stdout), text(stderr)] as const
  const io = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, env: {} }
  const here = args.map(arg => (/^[a-z]/.test(arg) && !['json', 'text'].includes(arg) ? join(folder, arg) : arg))
  let code: number = exitCodes.succeeded
  try {
    await validateCommand(io)
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync(here, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    code = error.exitCode
    stderr.write(`${error.message}\n`)
  }
  stdout.end()
  stderr.end()
  const [out, err] = await Promise.all(said)
  return { code, stdout: out, stderr: err.replaceAll(`${folder}/`, '').split('\n').slice(0, -1) }
}

const unchecked =
  'not checked without a server: targets, services, metric providers (give --config slipway.yaml to check them)'

describe('slipway validate', () => {
  test('accepts a good file and says what it could not check', async () => {
    expect(await validate(['good.yaml'])).toEqual({ code: 0, stdout: '', stderr: ['good.yaml: valid', unchecked] })
  })

  test('refuses a bad one at its line and column', async () => {
    expect(await validate(['bad.yaml'])).toEqual({
      code: exitCodes.invalid,
      stdout: '',
      stderr: [`bad.yaml:4:35: "for" ${fault}`, unchecked, '1 of 1 file is not valid'],
    })
  })

  test('reads folders with what is below them, hidden ones left out, and standard input', async () => {
    const { code, stderr } = await validate(['team', 'good.yaml', '-'], bad)
    expect(code).toBe(exitCodes.invalid)
    expect(stderr).toEqual([
      'team/a.yml: valid',
      `team/b.yaml:4:35: "for" ${fault}`,
      'good.yaml: valid',
      `<stdin>:4:35: "for" ${fault}`,
      unchecked,
      '2 of 4 files are not valid',
    ])
  })

  test('checks against a server configuration', async () => {
    expect((await validate(['--config', 'slipway.yaml', 'deploy.yaml'])).stderr).toEqual([
      'deploy.yaml:4:36: there is no target "ue" (did you mean "eu"?); the server has eu',
      '1 of 1 file is not valid',
    ])
    expect((await validate(['--config', 'broken.yaml', 'deploy.yaml'])).stderr).toEqual([
      'the configuration broken.yaml is not valid:',
      'broken.yaml:1:24: "type" must be one of "process", "kubernetes", not "moon"',
    ])
  })

  test('gives data with -o json, and nothing else on stdout', async () => {
    const { code, stdout } = await validate(['-o', 'json', 'good.yaml', 'bad.yaml'])
    expect(code).toBe(exitCodes.invalid)
    expect(JSON.parse(stdout)).toMatchObject([
      { valid: true, name: 'pause', problems: [], unchecked: ['targets', 'services', 'metric providers'] },
      { valid: false, name: null, problems: [{ line: 4, column: 35, pointer: '/stages/0/for' }] },
    ])
  })

  test.each([
    ['a file that does not exist', 'nope.yaml', 'nope.yaml: there is no such file'],
    ['a folder without pipelines', 'empty', 'empty: there is no .yaml or .yml file in this folder'],
  ])('refuses %s', async (_, path, message) => {
    const { code, stderr } = await validate([path])
    expect(code).toBe(exitCodes.invalid)
    expect(stderr.at(-1)).toContain(message)
  })

  test('refuses what is no text, and what is too much of it', async () => {
    expect((await validate(['bytes.yaml'])).stderr[0]).toBe('bytes.yaml:1:1: this is not UTF-8 text')
    expect((await validate(['-'], '#'.repeat(3_000_000))).stderr[0]).toMatch(
      /^<stdin>:1:1: the file is \d+ KB; at most 256 KB are read$/,
    )
  })

  test('shows nothing that a terminal would obey', async () => {
    const { stderr } = await validate(['-'], 'name: "\\u001b[2Jx\\u009b"\napplication: shop\nstages: []\n')
    expect(stderr.join('')).not.toMatch(/\p{Cc}/u)
  })
})
