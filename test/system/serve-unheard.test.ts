import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve as absolute, join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createClient } from '../../api/client/client.ts'

const fixtures = absolute('test/fixtures')
const patience = { timeout: 60_000, interval: 100 }

/** What the server reads, in its own words; `more` is added to it. */
function written(file: string, more: string, pipelines = join(fixtures, 'api', 'pipelines')): void {
  const service = `{ directory: ${join(fixtures, 'shop')}, instances: 1, drainTimeout: 1s }`
  const targets = `targets: { local: { type: process, environment: test, services: { web: ${service} } } }`
  writeFileSync(file, `${targets}\npipelines: [{ directory: ${pipelines} }]\n${more}\n`)
}

const added = `name: added
application: web
stages: [{ id: roll, type: deploy, target: second, service: api, release: { version: '1', command: [node, app.mjs] } }]
`

test('a server whose terminal is gone goes on, reads its configuration again, and leaves nothing running when it is stopped', async () => {
  const data = mkdtempSync(join(tmpdir(), 'slipway-unheard-'))
  const file = join(data, 'server.json')
  const configuration = join(data, 'slipway.yaml')
  written(configuration, '')
  const args = ['serve', '--data', data, '--config', configuration, '--port', '0', '--stop-instances']
  const server = spawn(process.execPath, ['api/cli/bin.ts', ...args, '--log-level', 'debug'], { detached: true })
  const ended = new Promise<number | null>(resolve => server.once('close', resolve))
  const children = () =>
    ['temporal/child.json', 'store/child.json', 'host/host.json'].map(record => pidOf(join(data, record)))
  onTestFinished(() => {
    server.kill('SIGKILL')
    for (const pid of children()) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), patience)
  const { url, token } = JSON.parse(readFileSync(file, 'utf8'))
  const client = createClient({ url, token })

  server.stdout.destroy()
  server.stderr.destroy()
  // Each writes a line that nobody reads any more.
  for (let request = 0; request < 5; request += 1) expect((await fetch(`${url}/healthz`)).ok).toBe(true)

  const first = await client.getServer()
  expect(first.configuration).toMatchObject({ refused: null, needsRestart: [] })
  const running = await client.startExecution({ name: 'sleep' })
  writeFileSync(configuration, 'targets: { local: { type: proces } }')
  server.kill('SIGHUP')
  const state = async () => (await client.getServer()).configuration
  await vi.waitFor(async () => expect((await state()).refused?.problems.join()).toMatch(/slipway.yaml:1:\d+/), patience)
  expect((await state()).since).toBe(first.configuration.since)
  expect((await client.getPipeline({ name: 'nap' })).valid).toBe(true)

  // Without a signal: the file is looked at by itself. The worker knows the new target, and so does the API.
  mkdirSync(join(data, 'pipelines'))
  writeFileSync(join(data, 'pipelines', 'added.yaml'), added)
  const second = `{ type: process, environment: test, services: { api: { directory: ${join(fixtures, 'shop')}, instances: 1 } } }`
  const more = `encryption: { keys: [{ id: one, key: { env: NONE } }] }`
  written(configuration, more, join(data, 'pipelines'))
  writeFileSync(
    configuration,
    readFileSync(configuration, 'utf8').replace('targets: {', `targets: { second: ${second},`),
  )
  await vi.waitFor(
    async () => expect(await state()).toMatchObject({ refused: null, needsRestart: ['encryption'] }),
    patience,
  )
  const { id } = await client.startExecution({ name: 'added' })
  expect((await client.getExecution({ id, wait: '60s' })).status).toBe('succeeded')
  // What ran before goes on, though its pipeline is not there any more.
  expect((await client.getExecution({ id: running.id })).status).toBe('running')
  await client.cancelExecution({ id: running.id })
  const { items } = await client.searchAudit({ subject: 'configuration' })
  expect(items.map(({ action }) => action)).toEqual([
    'configuration.change',
    'configuration.refuse',
    'configuration.change',
  ])

  const left = children()
  expect(left.every(isRunning)).toBe(true)
  server.kill('SIGTERM')
  expect(await ended).toBe(0)
  await vi.waitFor(() => expect(left.filter(isRunning)).toEqual([]), patience)
})

/** 0, which no process of ours has, when there is no record. */
function pidOf(record: string): number {
  return existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).pid : 0
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
