import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, getCACertificates, setDefaultCACertificates, type Server as TlsServer } from 'node:tls'
import { Client } from '@temporalio/client'
import { temporal as messages } from '@temporalio/proto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEncryption } from '../../activities/encryption.ts'
import { freePort } from '../../activities/processes/ports.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { temporalCli } from '../../setup/temporal.mjs'
import { pgliteChild } from '../../store/pglite/spec.ts'
import { type Certificates, makeCertificates } from '../certificates.ts'
import { component } from '../components.ts'
import { eventsUntil, everyAnswer, files, found, payloadsIn, processes, startParrot, storeDump } from '../planted.ts'
import { startTemporal, type TemporalServer } from '../temporal.ts'

/** In the version, the error message and the reason of a run; nobody who reads Temporal's database may see it. */
const planted = 'planted-secret-4711'

/** In the version and the definition of runs; nobody who reads the files of the store may see it. */
const sealed = 'planted-evidence-4712'

/** One for every place where a secret gets in; no one may see them anywhere. */
const secrets = Object.fromEntries(
  ['connection', 'bearer', 'password', 'mail', 'chat', 'events', 'hook', 'git', 'formerHook', 'notAsked'].map(name => [
    name,
    `${name}+${randomBytes(18).toString('base64')}/"x`,
  ]),
) as Record<string, string>

describe.skipIf(component('openssl') === null)('a Temporal server that is reached over mutual TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-encryption-'))
  const key = randomBytes(32)
  const storeKey = randomBytes(32)
  let temporal: TemporalServer
  let certificates: Certificates
  let front: { port: number; close(): void }
  let server: Server
  let parrot: Awaited<ReturnType<typeof startParrot>>
  let remote: Awaited<ReturnType<typeof startParrot>>

  const environment = () => ({
    ...process.env,
    TEMPORAL_ADDRESS: `127.0.0.1:${front.port}`,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.ca,
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.key,
    TEST_ENCRYPTION_KEY: key.toString('base64'),
    TEST_STORE_KEY: storeKey.toString('base64'),
    ...Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [`TEST_${name}`, secret])),
    TEST_events: `whsec_${Buffer.from(secrets.events!).toString('base64')}`,
  })
  const configuration = join(folder, 'slipway.yaml')
  const codec = createEncryption([{ id: 'first', key }])
  /** Reads what is stored, as it has the key. */
  const openClient = () =>
    new Client({ connection: temporal.client.connection, dataConverter: { payloadCodecs: [codec] } })

  beforeAll(async () => {
    certificates = makeCertificates(folder)
    setDefaultCACertificates([...getCACertificates(), readFileSync(certificates.ca, 'utf8')])
    temporal = await startTemporal()
    parrot = await startParrot()
    remote = await startParrot({ cert: readFileSync(certificates.cert), key: readFileSync(certificates.key) })
    writeFileSync(join(folder, 'chat'), `${parrot.url}/chat/${encodeURIComponent(secrets.chat!)}\n`)
    front = await mutualTls(certificates, Number(temporal.address.split(':')[1]))
    const port = await freePort()
    const shop = JSON.stringify(join(process.cwd(), 'test/fixtures/shop'))
    const pipelines = JSON.stringify(join(process.cwd(), 'test/fixtures/api/pipelines'))
    writeFileSync(
      configuration,
      `targets:
  local: { type: process, environment: development, services: { web: { directory: ${shop}, instances: 1 } } }
pipelines:
  - directory: ${pipelines}
  - directory: .
  - { repository: "${remote.url}/shop.git", token: { env: TEST_git }, caFile: "${certificates.ca}" }
tls: { cert: "${certificates.cert}", key: "${certificates.key}" }
encryption:
  keys: [{ id: first, key: { env: TEST_ENCRYPTION_KEY } }]
  store: { keys: [{ id: own, key: { env: TEST_STORE_KEY } }] }
hooks:
  ci: { type: hmac, secret: { env: TEST_hook }, previous: { env: TEST_formerHook } }
connections:
  parrot:
    { type: http, url: "${parrot.url}", addresses: [127.0.0.1/32], headers: { authorization: { env: TEST_connection } }, timeout: 2s }
  chat: { type: slack, url: { file: "${join(folder, 'chat')}" }, addresses: [127.0.0.1/32], timeout: 2s }
  events: { type: webhook, url: "${parrot.url}/events", addresses: [127.0.0.1/32], secret: { env: TEST_events } }
  mail:
    { type: email, host: 127.0.0.1, port: ${port}, tls: none, user: u, password: { env: TEST_mail }, from: a@b.c, to: [a@b.c] }
metrics:
  bearer: { type: prometheus, url: "${parrot.url}", addresses: [127.0.0.1/32], auth: { bearer: { env: TEST_bearer } } }
  basic:
    { type: http, url: "${parrot.url}", addresses: [127.0.0.1/32], auth: { user: u, password: { env: TEST_password } } }
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
    writeFileSync(join(folder, 'leaky.yaml'), leaky)
    const args = ['--stop-instances', '--log-level', 'debug']
    server = await startServer({ data: join(folder, 'data'), configuration, args, env: environment() })
  })

  afterAll(async () => {
    await server?.stop()
    front?.close()
    parrot?.close()
    remote?.close()
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

    for (const workflow of [id, nap.id, broken.id, 'lock/local/web']) {
      const raw = await rawHistory(temporal.client, workflow)
      expect(raw.length).toBeGreaterThan(500)
      expect(raw).not.toContain(planted)
      expect(raw).not.toContain('"version"')
    }
    // The same history is readable with the key, so the test looks in the right place.
    expect(JSON.stringify(await openClient().workflow.getHandle(id).result())).toContain(planted)
  })

  test('a planted secret is found nowhere, whatever fails and however it is repeated', async () => {
    const { url, client, token } = server
    const cli = (text: string, args: string[]) =>
      slipway(args, { SLIPWAY_URL: url, SLIPWAY_TOKEN: text, NODE_EXTRA_CA_CERTS: certificates.ca })
    const told = await client.createToken({ body: { name: 'planted', allow: ['execution:read'] } })
    const link = new URL((await client.createLoginLink()).url).hash.slice('#code='.length)
    const headers = { 'content-type': 'application/json', origin: url, 'x-slipway-csrf': '1' }
    const opened = await fetch(`${url}/api/v1/session`, {
      ...{ method: 'POST', headers, body: JSON.stringify({ code: link }) },
    })
    expect(opened.headers.getSetCookie()[0]).toMatch(/^__Host-slipway_session=.*; Secure$/)
    expect(opened.headers.get('strict-transport-security')).toBe('max-age=31536000')
    const session = opened.headers.getSetCookie()[0]!.split(';')[0]!.split('=').slice(1).join('=')
    const all = {
      ...{ ...secrets, api: told.token, session },
      ...{ encryption: key.toString('base64'), storeKey: storeKey.toString('base64') },
    }

    // Wrong answers to wrong requests that hold a secret.
    const hook = (secret: string, body: string) =>
      fetch(`${url}/api/v1/hooks/ci`, {
        ...{ method: 'POST', body },
        headers: {
          'content-type': 'application/json',
          'x-signature-256': createHmac('sha256', secret).update(body).digest('hex'),
        },
      })
    const wrong = await Promise.all([
      hook(secrets.hook!, '{"a":1}'),
      hook(secrets.formerHook!, '{"a":2}'),
      hook(secrets.notAsked!, '{"a":3}'),
      fetch(`${url}/api/v1/executions`, { headers: { cookie: `slipway_session=${session}` } }),
      fetch(`${url}/api/v1/executions`, { headers: { authorization: `Bearer ${told.token}x` } }),
      fetch(`${url}/api/v1/executions`, { headers: { authorization: `Basic ${told.token}` } }),
      fetch(`${url}/api/v1/tokens`, { ...{ method: 'POST', headers, body: '{' } }),
      fetch(`${url}/api/v1/tokens`, { headers: { authorization: `Bearer ${told.token}` } }),
    ])
    // 503: what the hook is for is not known while a repository has not been read.
    expect(wrong.map(({ status }) => status)).toEqual([503, 503, 401, 401, 401, 401, 401, 403])
    const nap = await client.startExecution({ name: 'nap', body: { parameters: { label: sealed } } })
    const { id } = await client.startExecution({ name: 'leaky' })
    const ended = await client.getExecution({ id, wait: '60s' })
    const reasons = Object.fromEntries(ended.stages.map(stage => [stage.id, stage.reason]))
    expect(reasons).toMatchObject({
      refuse: expect.stringContaining('[secret]'),
      bearer: expect.stringContaining('[secret]'),
      basic: expect.stringContaining('[secret]'),
    })
    expect(ended.stages.find(stage => stage.id === 'ok')!.outputs).toMatchObject({ answer: expect.any(String) })
    // What was sent did hold them, so the test looks for the right thing.
    const heard = parrot.heard()
    for (const name of ['connection', 'bearer', 'chat']) expect(found(heard, secrets)).toContain(name)
    expect(found(remote.heard(), secrets)).toEqual(['git'])
    expect(JSON.stringify(await client.listPipelines())).toContain('[secret]')
    expect(heard).toContain(Buffer.from(`u:${secrets.password}`).toString('base64'))

    const runs = (await client.listExecutions({ limit: 200 })).items.map(run => run.id)
    const read = { id: runs, name: ['leaky', 'roll', 'local', 'planted'], stage: ['refuse', 'ok', 'web'] }
    const database = pgliteChild(join(folder, 'data', 'store')).databaseUrl
    const workflows: { workflowId: string; runId: string }[] = []
    for await (const workflow of openClient().workflow.list()) workflows.push(workflow)
    const histories = await Promise.all(
      workflows.map(({ workflowId, runId }) => temporal.client.workflow.getHandle(workflowId, runId).fetchHistory()),
    )
    const payloads = await Promise.all(histories.map(history => payloadsIn(history, codec)))
    for (const one of payloads.flatMap(({ plain }) => plain)) expect(one).toMatch(ofTemporalItself)
    const places: Record<string, string> = {
      api: await everyAnswer(server, read),
      refusals: (await Promise.all(wrong.map(answer => answer.text()))).join(''),
      events: await eventsUntil(server, ended.position),
      output: server.output(),
      cli: (await Promise.all([cli(token, ['get', id, '-o', 'json']), cli(`${told.token}x`, ['list'])])).join(''),
      store: await storeDump(database),
      histories: payloads.map(({ clear }) => clear).join(''),
      processes: processes([server.pid]),
    }
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(200)
      expect([place, found(text, all)]).toEqual([place, []])
      if (place !== 'cli') expect([place, text.includes(token)]).toEqual([place, false])
    }
    // Of what this test gave the runs to see, the database of Temporal has nothing either: there is no plaintext in it.
    expect((await client.getExecution({ id: nap.id, wait: '60s' })).parameters).toEqual({ label: sealed })
    // What runs were given and saw: it can be read, and there is no plaintext of it in the files of the store.
    expect(JSON.stringify(await client.getExecutionDefinition({ id }))).toContain(sealed)
    expect((await client.getStageLog({ id, stage: 'print' })).text).toContain(sealed)
    const ofStore = [...files(join(folder, 'data', 'store'))]
    for (const [file, bytes] of ofStore) expect([file, found(bytes, { sealed })]).toEqual([file, []])
    // Small values are not compressed there: what is readable is found, and in as many places what is not would be.
    expect(ofStore.filter(([, bytes]) => bytes.includes(nap.id)).length).toBeGreaterThan(0)
    const kept = [...files(temporal.folder)]
    expect(kept.map(([file]) => file).join()).toContain('temporal.db')
    for (const [file, bytes] of kept) expect([file, found(bytes, { ...all, planted })]).toEqual([file, []])
    for (const [file, bytes] of files(join(folder, 'data'))) {
      expect([file, found(bytes, all)]).toEqual([file, []])
      if (!/\/(token|server\.json)$/.test(file)) expect([file, bytes.includes(token)]).toEqual([file, false])
    }
  })

  test('the tools of Temporal show what is stored, through the server, to whoever may see it', async () => {
    const { id } = await server.client.startExecution({ name: 'nap', body: { parameters: { label: planted } } })
    await server.client.getExecution({ id, wait: '60s' })
    const codec = ['--codec-endpoint', `${server.url}/api/v1/codec`]
    const show = (token: string, timeout = '60s') => {
      const args = [...codec, '--codec-auth', `Bearer ${token}`, '--command-timeout', timeout]
      return temporalShow(temporal, id, args, certificates.ca)
    }
    // In base64: they print payloads as they are.
    expect(found(await show(server.token), { planted })).toEqual(['planted'])
    const { token } = await server.client.createToken({ body: { name: 'cannot-decode', allow: ['execution:read'] } })
    // They ask again and again until their time is over.
    const refused = await show(token, '2s')
    expect(found(refused, { planted })).toEqual([])
    expect(refused).toMatch(/^Error: /)
    const { items } = await server.client.searchAudit({ action: 'payloads.decode' })
    expect(items.map(({ actor, outcome }) => `${actor} ${outcome}`)).toEqual(
      expect.arrayContaining(['local allowed', 'token:cannot-decode refused']),
    )
  })

  test('a server without the certificate, or with a key that is none, says so and ends', async () => {
    const start = (env: NodeJS.ProcessEnv) => {
      const data = join(folder, Object.keys(env).join(), randomBytes(4).toString('hex'))
      return startServer({ data, configuration, env: { ...environment(), ...env } })
    }
    const database = pgliteChild(join(folder, 'data', 'store')).databaseUrl
    const badKey = start({ TEST_ENCRYPTION_KEY: Buffer.from(planted).toString('base64') }).catch(error => error)
    await Promise.all([
      expect(start({ TEST_ENCRYPTION_KEY: '' })).rejects.toThrow('TEST_ENCRYPTION_KEY should hold a secret'),
      expect(start({ TEST_STORE_KEY: '' })).rejects.toThrow('TEST_STORE_KEY should hold a secret'),
      // Another key of the same name, on the store that is there.
      expect(start({ TEST_STORE_KEY: randomBytes(32).toString('base64'), DATABASE_URL: database })).rejects.toThrow(
        'store.keys: the key "own" is not the one of this name that the store was encrypted with',
      ),
      expect(start({ TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'none') })).rejects.toThrow('cannot be read (ENOENT)'),
      expect(start({ TEMPORAL_TLS_CLIENT_KEY_PATH: '' })).rejects.toThrow('TEMPORAL_TLS_CLIENT_KEY_PATH is not set'),
    ])
    const { message } = await badKey
    expect(message).toContain('first has 19 bytes; AES-256 needs 32')
    expect(found(message, { planted })).toEqual([])
  })
})

/** What is not encrypted: words of Temporal, and names of changes of our own code. */
const ofTemporalItself =
  /^\.events\.(activityTaskCanceled\S+="ACTIVITY_ID_NOT_STARTED"$|markerRecorded\S+\.patch-data\.payloads=|upsert\S+\.TemporalChangeVersion=)/

/** Every kind of trouble with everything that needs a secret, and a release and a job that print all they were given. */
const leaky = `name: leaky
application: web
notifications:
${['chat', 'events', 'mail'].map(name => `  - { connection: ${name}, on: [running, failed, errored, succeeded] }`).join('\n')}
stages:
${['ok', 'refuse', 'fail', 'away', 'cut']
  .map(
    name =>
      `  - { id: ${name}, needs: [], type: webhook, connection: parrot, path: /${name}, timeout: 2s, onFailure: continue }`,
  )
  .join('\n')}
${['bearer', 'basic']
  .map(
    name =>
      `  - { id: ${name}, needs: [], type: verify, target: local, service: web, timeout: 20s, onFailure: continue, checks: [{ kind: metric, name: m, provider: ${name}, query: "/refuse?${sealed} $.x", below: 1, interval: 200ms }] }`,
  )
  .join('\n')}
  - { id: print, needs: [], type: run, target: local, service: web, command: [node, -e, "console.log(process.env, '${sealed}')"], onFailure: continue }
  - id: release
    type: deploy
    needs: [bearer, basic]
    target: local
    service: web
    release: { version: printed, command: [node, -e, "console.log(process.env); process.exit(1)"] }
    onFailure: continue
`

/** What `temporal workflow show` says of a history, on both streams. */
async function temporalShow({ address }: TemporalServer, id: string, args: string[], ca: string): Promise<string> {
  const cli = await temporalCli({ log: () => {} })
  const show = ['workflow', 'show', '--workflow-id', id, '--address', address, '-o', 'json', '--env-file', '/dev/null']
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', SSL_CERT_FILE: ca }
  return said(spawn(cli, [...show, ...args], { env }))
}

/** What the program says, on both streams. */
async function slipway(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, ['api/cli/bin.ts', ...args], { env: { PATH: process.env.PATH, ...env } })
  return said(child)
}

async function said({ stdout, stderr }: ChildProcessWithoutNullStreams): Promise<string> {
  return Buffer.concat((await Promise.all([stdout.toArray(), stderr.toArray()])).flat()).toString()
}

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
