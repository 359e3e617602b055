import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Server, startServer } from '../../setup/server.ts'
import { files, found, startParrot } from '../planted.ts'
import { postgresMissing, startPostgres } from '../postgres.ts'

const missing = postgresMissing()

test('a copy of the data folder of a stopped server is a backup: what was, is, and what was in flight goes on', {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-backup-'))
  const configuration = 'test/fixtures/api/slipway.yaml'
  const start = (name: string) => startServer({ data: join(folder, name), configuration, args: ['--stop-instances'] })
  let server: Server = await start('data')
  onTestFinished(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const ended = await server.client.startExecution({ name: 'nap' })
  await server.client.getExecution({ id: ended.id, wait: '60s' })
  const running = await server.client.startExecution({ name: 'sleep' })
  await server.client.getExecution({ id: running.id, wait: '10s', after: running.position })
  await server.stop()
  // With owner and modes: what others can read is refused.
  execFileSync('cp', ['-a', join(folder, 'data'), join(folder, 'copy')])
  rmSync(join(folder, 'data'), { recursive: true })

  server = await start('copy')
  expect((await server.client.getExecution({ id: ended.id })).status).toBe('succeeded')
  expect((await server.client.getExecution({ id: running.id })).status).toBe('running')
  await server.client.cancelExecution({ id: running.id, body: { reason: 'restored' } })
  const canceled = await server.client.getExecution({ id: running.id, wait: '60s' })
  expect(canceled).toMatchObject({ status: 'canceled', reason: expect.stringContaining('restored') })
})

const skipped = missing === null ? '' : ` (skipped: ${missing})`

test.skipIf(missing !== null)(
  `a dump of PostgreSQL is a backup, with as little in the clear as its files${skipped}`,
  {
    timeout: 240_000,
  },
  async () => {
    const { postgres, parrot, secrets, start } = await onPostgres()
    let server = await start('data', postgres.url)
    const begin = async (name: string, parameters = {}) => {
      const run = await server.client.startExecution({ name, body: { parameters } })
      await server.client.getExecution({ id: run.id, wait: '10s', after: run.position })
      return run.id
    }
    const statusOf = async (id: string) => (await server.client.getExecution({ id, wait: '60s' })).status
    const label = secrets.sealed
    const nap = await begin('nap', { label })
    expect([await statusOf(nap), await statusOf(await begin('call'))]).toEqual(['succeeded', 'succeeded'])
    expect(found(parrot.heard(), secrets)).toEqual(['connection'])
    const running = await begin('sleep')
    const dump = join(postgres.folder, 'dump')
    await postgres.run('pg_dump', '-Fc', '-Z0', '-f', dump, postgres.url)

    await postgres.run('psql', '-qc', 'checkpoint', postgres.url)
    const kept = [...files(postgres.folder)]
    for (const [file, bytes] of kept) expect([file, found(bytes, secrets)]).toEqual([file, []])
    // What is readable is found in both, so the test looks in the right places.
    const readable = kept.flatMap(([file, bytes]) => (bytes.includes(nap) ? [file] : []))
    expect(readable).toEqual(expect.arrayContaining([dump, expect.stringContaining('/base/')]))

    const unknown = await begin('doze')
    await server.stop()
    const restored = postgres.url.replace(/postgres$/, 'restored')
    await postgres.run('createdb', '--maintenance-db', postgres.url, 'restored')
    await postgres.run('pg_restore', '--exit-on-error', '-d', restored, dump)
    server = await start('data', restored)
    expect(await server.client.getExecution({ id: nap })).toMatchObject({ status: 'succeeded', parameters: { label } })
    expect((await server.client.verifyAudit()).firstBad).toBeNull()
    expect(await server.client.getExecution({ id: running })).toMatchObject({ status: 'running', pending: [] })
    // Temporal knows it, the dump does not: its next event brings it back.
    await expect.poll(() => statusOf(unknown).catch(({ kind }) => kind), { timeout: 30_000 }).toBe('succeeded')

    // And without what Temporal knew.
    await server.stop()
    server = await start('anew', restored)
    const { pending } = await server.client.getExecution({ id: running })
    expect(pending).toMatchObject([{ name: 'workflow', lastFailure: 'Temporal does not know this run' }])
  },
)

/** Servers on a PostgreSQL, with a secret for a connection, and with keys for what Temporal and the store keep. */
async function onPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-dump-'))
  const postgres = await startPostgres()
  const parrot = await startParrot()
  const secrets = { connection: `connection+${randomBytes(18).toString('base64')}`, sealed: 'planted-evidence-4713' }
  const configuration = join(folder, 'slipway.yaml')
  writeFileSync(configuration, sealedConfiguration(parrot.url))
  for (const [name, text] of Object.entries({ call, doze })) writeFileSync(join(folder, `${name}.yaml`), text)
  const keys = { TEST_CONNECTION: secrets.connection, TEST_KEY: randomBytes(32).toString('base64') }
  const servers: Server[] = []
  onTestFinished(async () => {
    for (const server of servers) await server.stop()
    parrot.close()
    await postgres.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  const start = async (data: string, database: string) => {
    const env = { ...process.env, ...keys, DATABASE_URL: database }
    const server = await startServer({ data: join(folder, data), configuration, args: ['--stop-instances'], env })
    servers.push(server)
    return server
  }
  return { postgres, parrot, secrets, start }
}

/** Is answered what it sent; and one that ends after a backup was restored. */
const call = `name: call
application: web
stages:
  - { id: call, type: webhook, connection: parrot, path: /ok }
`
const doze = `name: doze
application: web
stages:
  - { id: rest, type: wait, for: 5s }
`

function sealedConfiguration(url: string): string {
  const fixtures = join(process.cwd(), 'test/fixtures')
  return `targets:
  local: { type: process, environment: development, services: { web: { directory: "${fixtures}/shop", instances: 1 } } }
pipelines:
  - directory: "${fixtures}/api/pipelines"
  - directory: .
encryption:
  keys: [{ id: first, key: { env: TEST_KEY } }]
  store: { keys: [{ id: own, key: { env: TEST_KEY } }] }
connections:
  parrot: { type: http, url: "${url}", addresses: [127.0.0.1/32], headers: { authorization: { env: TEST_CONNECTION } } }
`
}
