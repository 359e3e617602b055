import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../../setup/server.ts'
import { pushTo, signed } from '../deliveries.ts'
import { type TestRepository, testRepository } from '../repository.ts'

const key = 'key of the test'
const slow = { timeout: 60_000, interval: 100 }

let remote: TestRepository
let data: string
let server: Server
/** What takes statuses of commits, and what it was told: path and body. */
let hub: HttpServer
const told: [string, { state: string; description: string }][] = []

const pipeline = (name: string, trigger: string, stages = '  - { id: rest, type: wait, for: 10ms }') =>
  `name: ${name}
application: store
parameters:
  commit: { type: string }
triggers:
  - ${trigger}
stages:
${stages}
`
const template = (pause: string) =>
  `template: check
version: 1
parameters: { commit: { type: string } }
stages:
  - { id: rest, type: wait, for: ${pause} }
  - { id: known, type: wait, for: 10ms, when: "\${{ parameters.commit != '' }}" }
`
const onPush = "{ type: git, source: ci, parameters: { commit: '${{ push.commit }}' } }"

beforeAll(async () => {
  remote = testRepository()
  remote.commit({
    'pipelines/build.yaml': pipeline('build', onPush),
    'pipelines/ship.yaml': pipeline(
      'ship',
      "{ type: pipeline, pipeline: build, parameters: { commit: '${{ run.parameters.commit }}' } }",
      "  - { id: eu, template: check@1, with: { commit: '${{ parameters.commit }}' } }",
    ),
    'pipelines/templates/check.yaml': template('10ms'),
    'pipelines/nightly.yaml': pipeline(
      'nightly',
      "{ type: schedule, cron: '0 3 * * *', timezone: Europe/Berlin, jitter: 10s, catchUp: 1h, parameters: { commit: none } }",
    ),
  })
  data = mkdtempSync(join(tmpdir(), 'slipway-triggers-'))
  hub = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    if (request.method === 'POST') told.push([request.url!, JSON.parse(body)])
    response.end(request.method === 'POST' ? '{}' : '[]')
  })
  await new Promise<void>(resolve => hub.listen(0, '127.0.0.1', resolve))
  const configuration = join(data, 'slipway.yaml')
  writeFileSync(
    configuration,
    `pipelines: [{ repository: '${remote.address}', poll: 1h, report: { connection: hub } }]
connections:
  hub:
    type: github
    url: http://127.0.0.1:${(hub.address() as AddressInfo).port}
    addresses: [127.0.0.1/32]
    repository: acme/delivery
    token: { env: HUB_TOKEN }
hooks: { ci: { type: github, secret: { env: HOOK_KEY } } }
`,
  )
  server = await startServer({ data, configuration, env: { ...process.env, HOOK_KEY: key, HUB_TOKEN: 'token' } })
})

afterAll(async () => {
  await server?.stop()
  hub?.close()
  rmSync(data, { recursive: true, force: true })
  remote.remove()
})

async function push(commit: string) {
  const response = await fetch(`${server.url}/api/v1/hooks/ci`, signed(key, pushTo('main', commit)))
  return (await response.json()).executions[0].execution as string
}

test('a push starts what watches it, at the commit that was read, and its end starts the next', async () => {
  const revision = (await server.client.listPipelines()).sources[0]!.revision!
  expect(revision).toBe(remote.git('rev-parse', 'HEAD'))
  const id = await push('a'.repeat(40))
  const run = await server.client.getExecution({ id, wait: '60s' })
  expect(run).toMatchObject({ status: 'succeeded', revision, trigger: { type: 'git', by: 'hook:ci' } })
  const shipped = async () => (await server.client.listExecutions({ pipeline: 'ship' })).items
  await expect.poll(shipped, slow).toHaveLength(1)
  expect((await shipped())[0]).toMatchObject({
    parameters: { commit: 'a'.repeat(40) },
    trigger: { type: 'pipeline', by: 'pipeline:build', detail: `${id} succeeded` },
  })
})

test('a template of the repository runs as of the commit it is pinned to, and a commit to it alone is a new version', async () => {
  const first = (await server.client.listPipelines()).sources[0]!.revision!
  const ship = () => server.client.startExecution({ name: 'ship', body: { parameters: { commit: 'e'.repeat(40) } } })
  const run = await server.client.getExecution({ id: (await ship()).id, wait: '60s' })
  expect(run).toMatchObject({ status: 'succeeded', revision: first })
  expect(run.stages.map(({ id, status }) => `${id} ${status}`)).toEqual(['eu-rest succeeded', 'eu-known succeeded'])
  const second = remote.commit({ 'pipelines/templates/check.yaml': template('20ms') })
  await push(second)
  const known = async () => (await server.client.listPipelines()).sources[0]!.revision
  await expect.poll(known, slow).toBe(second)
  const next = await server.client.getExecution({ id: (await ship()).id, wait: '60s' })
  expect(next).toMatchObject({ status: 'succeeded', revision: second })
  expect(next.definitionHash).not.toBe(run.definitionHash)
})

test('a commit that breaks a pipeline is refused with its place; runs go on with the version before', async () => {
  const good = remote.git('rev-parse', 'HEAD')
  const bad = remote.commit({ 'pipelines/build.yaml': pipeline('build', onPush, '  - { id: rest, type: rest }') })
  // The push of the remote is told by the same hook, and makes the server look at once.
  const id = await push(bad)
  const build = async () => (await server.client.listPipelines()).items.find(({ name }) => name === 'build')
  await expect.poll(async () => (await build())?.refused?.revision, slow).toBe(bad)
  expect(await build()).toMatchObject({ valid: true, revision: good, refused: { problems: [{ line: 8 }] } })
  expect((await server.client.getExecution({ id, wait: '60s' })).revision).toBe(good)
  const third = await push('c'.repeat(40))
  expect((await server.client.getExecution({ id: third, wait: '60s' })).revision).toBe(good)
  await expect.poll(() => told, slow).toHaveLength(1)
  const [path, { state, description }] = told[0]!
  expect([path, state]).toEqual([`/repos/acme/delivery/statuses/${bad}`, 'failure'])
  expect(description).toMatch(/^pipelines\/build\.yaml:8:\d+: /)
})

test('a schedule is kept by Temporal as the pipeline says, starts runs, and goes with its pipeline', async () => {
  const { temporal } = JSON.parse(readFileSync(join(data, 'ports.json'), 'utf8'))
  const connection = await Connection.connect({ address: `127.0.0.1:${temporal}` })
  try {
    const { schedule } = new Client({ connection })
    const handle = schedule.getHandle('slipway-schedule/nightly/0')
    const described = () => handle.describe().catch(() => null)
    await expect.poll(described, slow).not.toBeNull()
    const { spec, policies, action } = (await described())!
    expect(spec).toMatchObject({ timezone: 'Europe/Berlin', jitter: 10_000 })
    expect(spec.calendars?.[0]).toMatchObject({ hour: [{ start: 3 }], minute: [{ start: 0 }] })
    expect(policies).toMatchObject({ overlap: 'ALLOW_ALL', catchupWindow: 3_600_000 })
    expect(action).toMatchObject({ workflowType: 'scheduledTrigger' })
    await handle.trigger()
    const runs = async () => (await server.client.listExecutions({ pipeline: 'nightly' })).items
    await expect.poll(runs, slow).toHaveLength(1)
    expect((await runs())[0]).toMatchObject({
      parameters: { commit: 'none' },
      trigger: { type: 'schedule', by: 'schedule:nightly' },
    })
    remote.commit({ 'pipelines/nightly.yaml': null })
    await push('d'.repeat(40))
    await expect.poll(described, slow).toBeNull()
  } finally {
    await connection.close()
  }
})
