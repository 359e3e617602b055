import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server as TlsServer } from 'node:tls'
import { Client } from '@temporalio/client'
import { temporal as messages } from '@temporalio/proto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEncryption } from '../../activities/encryption.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { type Certificates, makeCertificates } from '../certificates.ts'
import { component } from '../components.ts'
import { freePort } from '../ports.ts'
import { startTemporal, type TemporalServer } from '../temporal.ts'

/** In the version, the error message and the reason of a run; nobody who reads Temporal's database may see it. */
const planted = 'planted-secret-4711'

describe.skipIf(component('openssl') === null)('a Temporal server that is reached over mutual TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-encryption-'))
  const key = randomBytes(32)
  let temporal: TemporalServer
  let certificates: Certificates
  let front: { port: number; close(): void }
  let server: Server

  const environment = () => ({
    ...process.env,
    TEMPORAL_ADDRESS: `127.0.0.1:${front.port}`,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.ca,
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.key,
    TEST_ENCRYPTION_KEY: key.toString('base64'),
  })
  const configuration = join(folder, 'slipway.yaml')

  beforeAll(async () => {
    certificates = makeCertificates(folder)
    temporal = await startTemporal()
    front = await mutualTls(certificates, Number(temporal.address.split(':')[1]))
    const shop = JSON.stringify(join(process.cwd(), 'test/fixtures/shop'))
    const pipelines = JSON.stringify(join(process.cwd(), 'test/fixtures/api/pipelines'))
    writeFileSync(
      configuration,
      `targets:
  local: { type: process, environment: development, services: { web: { directory: ${shop}, instances: 1 } } }
pipelines: [{ directory: ${pipelines} }, { directory: . }]
encryption: { keys: [{ id: first, key: { env: TEST_ENCRYPTION_KEY } }] }
`,
    )
    writeFileSync(
      join(folder, 'broken.yaml'),
      `name: broken
application: web
stages:
  - { id: web, type: deploy, target: local, service: web, release: { version: ${planted}, command: [node, no.mjs] } }
`,
    )
    const args = ['--stop-instances']
    server = await startServer({ data: join(folder, 'data'), configuration, args, env: environment() })
  })

  afterAll(async () => {
    await server?.stop()
    front?.close()
    await temporal?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('runs are stored encrypted: names, messages and errors are found nowhere in their histories', async () => {
    const { id } = await server.client.startExecution({ name: 'roll', body: { parameters: { version: planted } } })
    const rolled = await server.client.getExecution({ id, wait: '60s' })
    expect(rolled.status).toBe('succeeded')
    const nap = await server.client.startExecution({ name: 'sleep' })
    await server.client.cancelExecution({ id: nap.id, body: { reason: planted } })
    const canceled = await server.client.getExecution({ id: nap.id, wait: '60s' })
    expect(canceled.reason).toContain(planted)
    const broken = await server.client.startExecution({ name: 'broken' })
    const failed = await server.client.getExecution({ id: broken.id, wait: '60s' })
    expect(failed.reason).toContain(planted)

    const codec = createEncryption([{ id: 'first', key }])
    for (const workflow of [id, nap.id, broken.id, 'lock/local/web']) {
      const raw = await rawHistory(temporal.client, workflow)
      expect(raw.length).toBeGreaterThan(500)
      expect(raw).not.toContain(planted)
      expect(raw).not.toContain('"version"')
    }
    // The same history is readable with the key, so the test looks in the right place.
    const open = new Client({ connection: temporal.client.connection, dataConverter: { payloadCodecs: [codec] } })
    expect(JSON.stringify(await open.workflow.getHandle(id).result())).toContain(planted)
  })

  test('a server without the certificate, or with a key that is none, says so and ends', async () => {
    const start = (env: NodeJS.ProcessEnv) =>
      startServer({ data: join(folder, 'other'), configuration, env: { ...environment(), ...env } })
    await expect(start({ TEST_ENCRYPTION_KEY: 'c2hvcnQ=' })).rejects.toThrow('first has 5 bytes; AES-256 needs 32')
    await expect(start({ TEST_ENCRYPTION_KEY: '' })).rejects.toThrow('TEST_ENCRYPTION_KEY should hold a secret')
    await expect(start({ TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'none') })).rejects.toThrow(
      'cannot be read (ENOENT)',
    )
    await expect(start({ TEMPORAL_TLS_CLIENT_KEY_PATH: '' })).rejects.toThrow('TEMPORAL_TLS_CLIENT_KEY_PATH is not set')
  })
})

/** All of a workflow's history as it is stored. */
async function rawHistory({ workflow }: Client, id: string): Promise<string> {
  const history = await workflow.getHandle(id).fetchHistory()
  return Buffer.from(messages.api.history.v1.History.encode(history).finish()).toString('latin1')
}

/** Takes connections that show a certificate of the authority, and passes what they carry on. */
async function mutualTls({ ca, cert, key }: Certificates, to: number): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>()
  const options = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) }
  const server: TlsServer = createServer(
    { ...options, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    socket => {
      const upstream = connect(to, '127.0.0.1')
      for (const one of [socket, upstream]) {
        sockets.add(one)
        one.on('error', () => one.destroy()).on('close', () => sockets.delete(one))
      }
      socket.pipe(upstream).pipe(socket)
    },
  )
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
