import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../activities/processes/ports.ts'
import { hashPassword } from '../../api/auth/passwords.ts'
import { runProgram } from '../../api/cli/program.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { type Server, startServer } from '../../setup/server.ts'

const page = readFileSync('docs/stages.md', 'utf8')
const pipelines = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text!)

/** A service as `shop.mjs`: healthy at once, and says its version and how often it was used (probes are no use). */
const app = `import { createServer } from 'node:http'
let served = 0
const answers = { '/version': process.env.SLIPWAY_VERSION, get '/served'() { return String(served) } }
createServer((request, response) => {
  if (request.url === '/') served++
  response.end(answers[request.url] ?? 'ok')
}).listen(process.env.PORT, process.env.HOST)
`

/** Waits for somebody else than who started it, and says so in the chat. */
const asked = `name: asked
application: shop
notifications: [{ connection: chat, on: [waiting] }]
stages: [{ id: approve, type: judgment, timeout: 10m }]
`

describe('what the page of stages shows', { timeout: 120_000 }, () => {
  let server: Server
  let port: number
  const folder = mkdtempSync(join(tmpdir(), 'slipway-stages-'))
  const builds: { method: string; url: string; body: string; key: string | undefined }[] = []
  const chat: string[] = []
  /** What gates were asked. */
  const gates: { gate: string; weight?: number; version: string; metadata: object }[] = []
  let closedGates: (question: (typeof gates)[number]) => boolean = () => false
  /** How often a build is asked about until it is done. */
  let questions = 2

  const outside = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    const { method = '', url = '' } = request
    if (url === '/chat') {
      chat.push((JSON.parse(body) as { text: string }).text)
      response.end('ok')
      return
    }
    if (url === '/gates') {
      const question = JSON.parse(body) as (typeof gates)[number]
      gates.push(question)
      const closed = closedGates(question)
      response.writeHead(closed ? 403 : 200).end(closed ? '{"reason":"the tests are red"}' : '{}')
      return
    }
    builds.push({ method, url, body, key: request.headers['idempotency-key'] as string | undefined })
    if (method === 'POST') {
      response.writeHead(201).end('{"id":"b 1"}')
      return
    }
    const asked = builds.filter(build => build.method === 'GET').length
    response.end(JSON.stringify({ state: asked > questions ? 'DONE' : 'RUNNING', step: `step ${asked}` }))
  })

  beforeAll(async () => {
    await new Promise<void>(resolve => outside.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
    mkdirSync(join(folder, 'app'))
    mkdirSync(join(folder, 'pipelines'))
    writeFileSync(join(folder, 'app', 'shop.mjs'), app)
    writeFileSync(join(folder, 'pipelines', 'asked.yaml'), asked)
    writeFileSync(join(folder, 'links.key'), 'a key of links that is long enough')
    writeFileSync(join(folder, 'users.yaml'), `ann: { password: '${await hashPassword('open sesame')}' }\n`, {
      mode: 0o600,
    })
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'app', 'node_modules'))
    port = await freePort()
    for (const [index, text] of pipelines.entries()) writeFileSync(join(folder, 'pipelines', `${index}.yaml`), text)
    const service = '{ instances: 1, directory: app, drainTimeout: 1s }'
    writeFileSync(
      join(folder, 'slipway.yaml'),
      `targets: { eu: { type: process, environment: test, services: { checkout: ${service}, other: ${service}, cart: ${service.replace('{', `{ port: ${port},`)} } } }
connections:
  ci: { type: http, url: '${url}', addresses: [127.0.0.1/32] }
  chat: { type: slack, url: '${url}/chat', addresses: [127.0.0.1/32] }
pipelines: [{ directory: pipelines }]
server: { url: https://slipway.example, approvalLinks: { keys: [{ file: ${join(folder, 'links.key')} }] } }
auth:
  users: users.yaml
  roles: { approver: [{ allow: [execution:read, execution:approve] }] }
  bindings: [{ role: approver, to: ['user:ann'] }]
`,
    )
    const configuration = join(folder, 'slipway.yaml')
    server = await startServer({ data: join(folder, 'data'), configuration, args: ['--stop-instances'] })
  })

  afterAll(async () => {
    await server?.stop()
    outside.closeAllConnections()
    outside.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function api(method: string, path: string, body?: object): Promise<Execution> {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const answer = (await response.json()) as Execution
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return answer
  }

  /** Exit code and data of a command. */
  const slipway = async (...args: string[]): Promise<[number, string]> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const env = { SLIPWAY_URL: server.url, SLIPWAY_TOKEN: server.token }
    const code = await runProgram(args, { stdin: new PassThrough(), stdout, stderr, env })
    return [code, String(stdout.read() ?? '')]
  }
  const served = async (url: string) => Number(await (await fetch(`${url}served`)).text())
  /** What the gates of a run said, as it is on record. */
  const answered = async ({ id }: Execution, count: number): Promise<string[]> => {
    const headers = { authorization: `Bearer ${server.token}` }
    const stream = await fetch(`${server.url}/api/v1/events?execution=${id}&after=0`, { headers })
    let text = ''
    for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const found = [...text.matchAll(/"gate.answered".*?"answer":"(\w+)"/g)].map(([, answer]) => answer!)
      if (found.length >= count) return found
    }
    return []
  }
  const start = (name: string, parameters = {}) => api('POST', `/pipelines/${name}/executions`, { parameters })
  const ended = async ({ id }: Execution): Promise<Execution> => {
    for (;;) {
      const run = await api('GET', `/executions/${id}?wait=10s`)
      if (run.endedAt !== null) return run
    }
  }
  const outputs = (run: Execution, id: string) => run.stages.find(stage => stage.id === id)!.outputs

  test('every strategy of deploy', async () => {
    const run = await ended(await start('strategies'))
    expect([run.status, run.reason]).toEqual(['succeeded', null])
    expect(outputs(run, 'blue-green')).toMatchObject({
      release: { version: '1.3.0' },
      previousRelease: { version: '1.2.0' },
    })
    expect(outputs(run, 'blue-green').preview).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('a preview that is looked at, promoted, scaled and rolled back', async () => {
    const run = await ended(await start('preview'))
    expect([run.status, run.reason]).toEqual(['succeeded', null])
    expect(outputs(run, 'promote')).toMatchObject({ release: { version: '2.1.0' } })
    expect(outputs(run, 'back')).toMatchObject({ release: { version: '2.0.0' }, previousRelease: { version: '2.1.0' } })
  })

  test('a job, a build that is followed, and who is told', async () => {
    const begun = await start('outside')
    const followed = slipway('logs', begun.id, '--follow')
    const run = await ended(begun)
    expect(await followed).toEqual([0, 'migrated to 1.0.0\n'])
    expect([run.status, run.reason]).toEqual(['succeeded', null])
    expect(outputs(run, 'migrate')).toMatchObject({ exitCode: 0 })
    expect(builds.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /builds',
      ...Array(3).fill('GET /builds/b%201'),
    ])
    expect(builds[0]).toMatchObject({ body: '{"commit":"abc"}', key: expect.stringContaining(`${run.id}/build/`) })
    expect(await slipway('logs', run.id)).toEqual([0, 'migrated to 1.0.0\n'])
    expect(await slipway('logs', run.id, 'migrate', '--characters', '6')).toEqual([0, '1.0.0\n'])
    expect(await slipway('logs', run.id, 'build')).toEqual([9, ''])
    for (let tries = 0; chat.length < 2 && tries < 300; tries++) await sleep(100)
    expect(chat).toEqual(['built DONE, migrated with 0', expect.stringMatching(/^outside \(.*\) is succeeded$/)])
  })

  test('a canary whose gates are asked on its way, judged by traffic that is made for it', async () => {
    let smoked = 0
    closedGates = ({ gate }) => gate === 'smoke' && smoked++ === 0
    const url = `http://127.0.0.1:${port}/`
    const run = await ended(await start('gated', { url }))
    expect([run.status, run.reason]).toEqual(['succeeded', null])
    expect(outputs(run, 'canary').verdict).toBe('pass')
    expect(gates.map(({ gate, weight }) => [gate, weight].filter(Boolean).join(' '))).toEqual([
      ...['change', 'smoke 50', 'smoke 50', 'owner', 'tests'],
    ])
    expect(gates[1]).toMatchObject({ version: '1.1.0', metadata: { suite: 'smoke' } })
    const before = await served(url)
    expect(before).toBeGreaterThan(0)
    await sleep(300)
    expect(await served(url)).toBe(before)
  })

  test('a canary that a gate sends back: traffic returns, and the gate of rollbacks is told', async () => {
    gates.length = 0
    closedGates = ({ gate }) => gate === 'owner'
    const run = await ended(await start('gated', { url: `http://127.0.0.1:${port}/` }))
    expect([run.status, run.reason]).toEqual([
      'rolled-back',
      'canary: gate owner says no: the tests are red; it was rolled back',
    ])
    expect(gates.slice(-2).map(({ gate }) => gate)).toEqual(['owner', 'pager'])
    expect(await answered(run, 4)).toEqual(['yes', 'yes', 'no', 'yes'])
  })

  test('a build that is stopped with its run, which then goes on from there as a new attempt', async () => {
    questions = Number.POSITIVE_INFINITY
    const run = await start('outside')
    const before = builds.length
    while (!builds.slice(before).some(({ method }) => method === 'GET')) await sleep(50)
    await api('POST', `/executions/${run.id}/cancel`, {})
    expect((await ended(run)).status).toBe('canceled')
    expect(builds.at(-1)).toMatchObject({ method: 'POST', url: '/builds/b%201/stop' })
    questions = 0
    const again = await ended(await api('POST', `/executions/${run.id}/retry`, {}))
    expect(again).toMatchObject({ status: 'succeeded', attempt: 2, retryOf: run.id })
    expect(again.stages.map(({ id, reusedFrom }) => [id, reusedFrom ?? null])).toEqual([
      ['migrate', run.id],
      ['build', null],
      ['tell', null],
    ])
    expect(outputs(again, 'migrate')).toEqual(outputs(await ended(run), 'migrate'))
    expect(await slipway('logs', again.id)).toEqual([0, 'migrated to 1.0.0\n'])
  })

  /** What a person's browser may send, once they have signed in. */
  async function signIn(user: string, password: string): Promise<Record<string, string>> {
    const headers = { 'content-type': 'application/json', origin: server.url, 'x-slipway-csrf': '1' }
    const body = JSON.stringify({ user, password })
    const response = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
    return { ...headers, cookie: response.headers.getSetCookie()[0]!.split(';')[0]! }
  }

  test('a judgment that is answered through the link in the chat: once, and by somebody else', async () => {
    const run = await start('asked')
    const linked = () => chat.map(text => /approve#([\w.-]+)\|/.exec(text)?.[1]).findLast(link => link !== undefined)
    await expect.poll(linked, { timeout: 60_000 }).toBeDefined()
    const link = { 'approval-link': linked()! }
    const open = (headers: Record<string, string>) =>
      fetch(`${server.url}/api/v1/approval-link`, { headers: { ...headers, ...link } })
    const own = { authorization: `Bearer ${server.token}` }
    const ann = await signIn('ann', 'open sesame')

    expect((await open({})).status).toBe(401)
    const question = (await (await open(ann)).json()) as { execution: string; stage: string; seen: string }
    expect(question).toMatchObject({ execution: run.id, stage: 'approve' })
    const answer = async (headers: Record<string, string>) => {
      const response = await fetch(`${server.url}/api/v1/executions/${run.id}/stages/approve/judgment`, {
        method: 'POST',
        body: JSON.stringify({ decision: 'approve' }),
        headers: { 'content-type': 'application/json', ...headers, ...link, 'if-match': `"${question.seen}"` },
      })
      return { status: response.status, text: await response.text() }
    }
    expect(await answer(own)).toMatchObject({
      status: 403,
      text: expect.stringContaining('somebody else has to approve'),
    })
    expect((await answer(ann)).status).toBe(200)
    expect(await ended(run)).toMatchObject({ status: 'succeeded', stages: [{ outputs: { by: ['ann'] } }] })
    expect(await answer(ann)).toMatchObject({ status: 409, text: expect.stringContaining('was used already') })
    expect((await open(ann)).status).toBe(409)
    const audit = (action: string) => server.client.searchAudit({ action, subject: `execution:${run.id}` })
    expect((await audit('approval-link.send')).items).toMatchObject([
      { data: { connection: 'chat', stage: 'approve' } },
    ])
    await expect
      .poll(async () => (await audit('execution.approve')).items)
      .toMatchObject([{ actor: 'ann', data: { connection: 'chat', seen: question.seen } }])
  })

  test('a pipeline that runs another', async () => {
    const run = await ended(await start('parent'))
    expect([run.status, run.reason]).toEqual(['succeeded', null])
    const child = await api('GET', `/executions/${String(outputs(run, 'child').execution)}`)
    expect(child).toMatchObject({
      pipeline: 'child',
      status: 'succeeded',
      trigger: { type: 'pipeline', detail: run.id },
    })
    const beside = await ended(await api('GET', `/executions/${String(outputs(run, 'beside').execution)}`))
    expect(beside.status).toBe('succeeded')
  })
})
