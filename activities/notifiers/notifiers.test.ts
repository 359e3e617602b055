import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import { connection as schema } from '../../pipeline/schema/configuration/connections.ts'
import type { AuditEntry } from '../../store/store.ts'
import { createApprovalLinks } from '../approval-links.ts'
import { connectionsOf } from '../connections.ts'
import { localSecrets } from '../secrets/secrets.ts'
import type { Notice } from '../stage-requests.ts'
import { tellCommit } from './github-commits.ts'
import { recordedLinks } from './links.ts'
import { notify } from './registry.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const commit = 'a'.repeat(40)
const key = `whsec_${Buffer.from('a key of at least 24 bytes').toString('base64')}`
const secrets = localSecrets({
  KEY: key,
  TOKEN: 'gh-token',
  PASSWORD: 'smtp-password',
  BAD: 'no key',
  LINKS: 'k'.repeat(32),
})
const notice: Notice = {
  ...{ execution: 'shop-1', pipeline: 'shop', application: 'shop', status: 'rolled-back', revision: commit },
  ...{
    text: 'shop (shop-1) is rolled back: errors <5 %> & more',
    parameters: { version: '1.2.0' },
    at: '2026-01-01T00:00:00.000Z',
  },
}

const approvalLinks = createApprovalLinks({
  configuration: { keys: [{ env: 'LINKS' }], lifetime: 3_600_000 },
  ...{ url: 'https://slipway.example', secrets, now: () => Date.parse(notice.at) },
})
const recorded = new Map<string, AuditEntry>()
const audit = async (entry: AuditEntry, key?: string) => {
  recorded.set(key!, entry)
  return { ...entry, sequence: 1, previous: '', hash: '' }
}
const question = { stage: 'approve', seen: 'a'.repeat(64), until: '2026-01-01T02:00:00.000Z' }
const waiting: Partial<Notice> = { status: 'waiting', text: 'shop waits', judgments: [question] }

interface Received {
  request: IncomingMessage
  body: string
}

async function receiver(answer: RequestListener = (_, response) => response.end('{}')) {
  const seen: Received[] = []
  const server = createServer(async (request, response) => {
    seen.push({ request, body: (await request.toArray()).join('') })
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function tell(connection: object, change: Partial<Notice> = {}, id = 'shop-1/notice-1'): Promise<void> {
  const known = connectionsOf({ there: schema.parse(connection) })
  const links = recordedLinks(approvalLinks, { audit })
  const resources = { connections: known, secrets, links, signal: new AbortController().signal }
  return notify({ id, connection: 'there', notice: { ...notice, ...change } }, resources)
}

const local = { addresses: ['127.0.0.1/32'] }

describe('Slack', () => {
  it('gets the sentence, without what it would take for a link', async () => {
    const { seen, url } = await receiver()
    await tell({ type: 'slack', url: `${url}/services/x`, ...local })
    expect(seen[0]!.request.url).toBe('/services/x')
    expect(JSON.parse(seen[0]!.body)).toEqual({ text: 'shop (shop-1) is rolled back: errors &lt;5 %&gt; &amp; more' })
  })

  it('that refuses is not asked again, and its address is told to nobody', async () => {
    const { url } = await receiver((_, response) => response.writeHead(403).end())
    const refused = tell({ type: 'slack', url: `${url}/services/secret-part`, ...local })
    await expect(refused).rejects.toMatchObject({
      kind: 'Refused',
      message: expect.not.stringContaining('secret-part'),
    })
    const busy = await receiver((_, response) => response.writeHead(429).end())
    await expect(tell({ type: 'slack', url: busy.url, ...local })).rejects.toMatchObject({ kind: 'Unavailable' })
  })
})

describe('a webhook', () => {
  it('gets a CloudEvent under a signature that holds', async () => {
    const { seen, url } = await receiver()
    await tell({ type: 'webhook', url, secret: { env: 'KEY' }, ...local })
    const { request, body } = seen[0]!
    const event = new Webhook(key).verify(body, request.headers as Record<string, string>)
    expect(event).toEqual({
      ...{ specversion: '1.0', id: 'shop-1/notice-1', source: '/slipway', type: 'dev.slipway.execution.rolled-back' },
      ...{ subject: 'shop-1', time: notice.at, datacontenttype: 'application/json', data: notice },
    })
    expect(request.headers['content-type']).toBe('application/cloudevents+json')
    expect(() => new Webhook(key).verify(`${body} `, request.headers as Record<string, string>)).toThrow()
  })

  it('gets the same id when it is told again', async () => {
    const { seen, url } = await receiver()
    for (let times = 0; times < 2; times++) await tell({ type: 'webhook', url, secret: { env: 'KEY' }, ...local })
    expect(seen.map(({ request }) => request.headers['webhook-id'])).toEqual(['shop-1/notice-1', 'shop-1/notice-1'])
  })

  it('gets a CDEvent when it wants one', async () => {
    const { seen, url } = await receiver()
    const connection = { type: 'webhook', url, secret: { env: 'KEY' }, format: 'cdevents', ...local }
    await tell(connection)
    await tell(connection, { status: 'waiting' })
    expect(JSON.parse(seen[0]!.body)).toMatchObject({
      context: { version: '0.4.1', source: '/slipway', type: 'dev.cdevents.pipelinerun.finished.0.2.0' },
      subject: { id: 'shop-1', type: 'pipelineRun', content: { pipelineName: 'shop', outcome: 'failure' } },
    })
    expect(JSON.parse(seen[1]!.body)).toMatchObject({ context: { type: 'dev.cdevents.pipelinerun.started.0.2.0' } })
  })

  it('needs a key that is one', async () => {
    const { url, seen } = await receiver()
    await expect(tell({ type: 'webhook', url, secret: { env: 'NONE' }, ...local })).rejects.toThrow(
      'NONE should hold a secret',
    )
    expect(seen).toEqual([])
  })
})

describe('a mail', () => {
  async function smtp(options: object = {}) {
    const mails: string[] = []
    const users: string[] = []
    const server = new SMTPServer({
      ...{ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, authOptional: true },
      onAuth({ username, password }, _session, done) {
        users.push(`${username}:${password}`)
        done(null, { user: username })
      },
      onData(stream, _session, done) {
        void stream.toArray().then((chunks: Buffer[]) => {
          mails.push(Buffer.concat(chunks).toString())
          done()
        })
      },
      ...options,
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise<void>(resolve => server.close(() => resolve())))
    const { port } = server.server.address() as AddressInfo
    const connection = {
      type: 'email',
      host: '127.0.0.1',
      port,
      tls: 'none',
      from: 'slipway@example.org',
      to: ['a@example.org', 'b@example.org'],
    }
    return { mails, users, connection }
  }

  it('arrives at everybody, with one Message-ID however often it is sent', async () => {
    const { mails, connection } = await smtp()
    for (let times = 0; times < 2; times++) await tell(connection)
    expect(mails[0]).toContain('Subject: shop: rolled-back')
    expect(mails[0]).toContain('To: a@example.org, b@example.org')
    expect(mails[0]).toContain('Run: shop-1')
    const ids = mails.map(mail => /^Message-ID: (.*)$/im.exec(mail)?.[1])
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@slipway>/)
    expect(ids[1]).toBe(ids[0])
  })

  it('logs in where that is asked', async () => {
    const { users, connection } = await smtp({ authOptional: false })
    await tell({ ...connection, user: 'slipway', password: { env: 'PASSWORD' } })
    expect(users).toEqual(['slipway:smtp-password'])
  })

  it('is not sent in the clear where TLS is wanted', async () => {
    const { mails, connection } = await smtp()
    await expect(tell({ ...connection, tls: 'starttls' })).rejects.toMatchObject({ kind: 'Refused' })
    expect(mails).toEqual([])
  })

  it('cannot be used to write headers', async () => {
    const { mails, connection } = await smtp()
    await tell(connection, { text: 'hello', pipeline: 'shop\r\nBcc: eve@example.org' })
    expect(mails[0]).not.toMatch(/^Bcc:/im)
  })

  it('that is refused for good is not sent again', async () => {
    const refusing = (code: number) => ({
      onMailFrom: (_address: object, _session: object, done: (error: Error) => void) =>
        done(Object.assign(new Error('no'), { responseCode: code })),
    })
    await expect(tell((await smtp(refusing(550))).connection)).rejects.toMatchObject({ kind: 'Refused' })
    await expect(tell((await smtp(refusing(451))).connection)).rejects.toMatchObject({ kind: 'Unavailable' })
  })
})

describe('GitHub', () => {
  const github = (url: string, change: object = {}) => ({
    ...{ type: 'github', url, repository: 'acme/shop', token: { env: 'TOKEN' }, ...local },
    ...change,
  })

  it('gets the status of the commit', async () => {
    const { seen, url } = await receiver((_, response) => response.writeHead(201).end('{}'))
    const statuses = { running: 'pending', succeeded: 'success', 'rolled-back': 'failure', errored: 'error' } as const
    for (const status of Object.keys(statuses)) await tell(github(url), { status: status as Notice['status'] })
    expect(seen.map(({ body }) => JSON.parse(body).state)).toEqual(Object.values(statuses))
    expect(seen[0]!.request).toMatchObject({ method: 'POST', url: `/repos/acme/shop/statuses/${commit}` })
    expect(seen[0]!.request.headers.authorization).toBe('Bearer gh-token')
    expect(JSON.parse(seen[2]!.body)).toMatchObject({ context: 'slipway/shop', description: notice.text })
  })

  it('gets one deployment a run, and its statuses', async () => {
    let made = 0
    const { seen, url } = await receiver((request, response) => {
      const known = request.method === 'GET' ? (made > 0 ? [{ id: 9 }] : []) : { id: 9 }
      if (request.method === 'POST' && request.url === '/repos/acme/shop/deployments') made += 1
      response.end(JSON.stringify(known))
    })
    const connection = github(url, { reports: 'deployment', environment: 'eu' })
    await tell(connection, { status: 'running' })
    await tell(connection, { status: 'succeeded' })
    expect(made).toBe(1)
    expect(JSON.parse(seen[1]!.body)).toMatchObject({
      ref: commit,
      environment: 'eu',
      task: 'slipway:shop-1',
      auto_merge: false,
    })
    const states = seen.filter(({ request }) => request.url!.endsWith('/deployments/9/statuses'))
    expect(states.map(({ body }) => JSON.parse(body).state)).toEqual(['in_progress', 'success'])
  })

  it('cannot be told without a commit', async () => {
    const { url } = await receiver()
    await expect(tell(github(url), { revision: 'sha256:1' })).rejects.toThrow('names no commit')
    await tell(github(url), { revision: 'x', parameters: { commit } })
  })
})

describe('a commit on GitHub', () => {
  const problem = { file: 'pipelines/shop.yaml', line: 4, column: 5, message: 'there is no type "rest"' }
  const report = { commit, context: 'slipway/pipelines', problems: [problem, { ...problem, line: null, column: null }] }

  async function told(url: string, as: 'status' | 'check', problems = report.problems): Promise<void> {
    const settings = { type: 'github', url, repository: 'acme/shop', token: { env: 'TOKEN' }, ...local }
    const connection = connectionsOf({ there: schema.parse(settings) }).of('there', 'github')
    const resources = { name: 'there', secrets, signal: new AbortController().signal }
    await tellCommit({ ...report, problems }, as, connection, resources)
  }

  /** Keeps what it is told as GitHub does: every status, and the checks of a name. */
  async function hub() {
    const statuses: object[] = []
    const checks: Record<string, unknown>[] = []
    const here = await receiver((request, response) => {
      const isCheck = request.url!.includes('check-runs')
      if (request.method === 'POST') (isCheck ? checks : statuses).unshift(JSON.parse(here.seen.at(-1)!.body))
      response.end(JSON.stringify(isCheck ? { check_runs: checks } : statuses))
    })
    return { ...here, statuses, checks }
  }

  it('gets a status that says where it is wrong, once, and another when it is right again', async () => {
    const { seen, url, statuses } = await hub()
    await told(url, 'status')
    await told(url, 'status')
    await told(url, 'status', [])
    expect(seen.map(({ request }) => request.method)).toEqual(['GET', 'POST', 'GET', 'GET', 'POST'])
    expect(seen[1]!.request.url).toBe(`/repos/acme/shop/statuses/${commit}`)
    expect(statuses).toEqual([
      { state: 'success', context: 'slipway/pipelines', description: 'all pipelines are valid' },
      {
        ...{ state: 'failure', context: 'slipway/pipelines' },
        description: 'pipelines/shop.yaml:4:5: there is no type "rest" (and 1 more)',
      },
    ])
    await told(url, 'status', [{ ...problem, message: 'x'.repeat(500) }])
    expect((statuses[0] as { description: string }).description).toHaveLength(140)
  })

  it('gets a check with notes on lines, once', async () => {
    const { url, checks } = await hub()
    await told(url, 'check')
    await told(url, 'check')
    await told(url, 'check', [])
    expect(checks.map(({ conclusion }) => conclusion)).toEqual(['success', 'failure'])
    const note = { path: problem.file, annotation_level: 'failure', message: problem.message }
    expect(checks[1]).toMatchObject({
      ...{ name: 'slipway/pipelines', head_sha: commit, status: 'completed' },
      output: {
        annotations: [
          { ...note, start_line: 4, end_line: 4, start_column: 5, end_column: 5 },
          { ...note, start_line: 1, end_line: 1 },
        ],
      },
    })
  })
})

it('a connection for calls is not told anything', async () => {
  await expect(tell({ type: 'http', url: 'http://ci.example' })).rejects.toThrow('cannot be told anything')
})

describe('a message about a judgment', () => {
  const linkIn = (text: string) => /https:\/\/slipway\.example\/approve#([\w.-]+)/.exec(text)?.[1] ?? ''

  it('carries a link for it in a chat and in an event; sent again, the same one', async () => {
    recorded.clear()
    const { seen, url } = await receiver()
    await tell({ type: 'slack', url, ...local }, waiting)
    await tell({ type: 'slack', url, ...local }, waiting)
    await tell({ type: 'webhook', url, secret: { env: 'KEY' }, ...local }, waiting, 'shop-1/notice-2')
    const [chat, again, event] = seen.map(({ body }) => JSON.parse(body))
    expect(chat.text).toMatch(/^shop waits\n<https:\/\/slipway\.example\/approve#[\w.-]+\|Answer approve>$/)
    expect(linkIn(again.text)).toBe(linkIn(chat.text))
    const claims = { execution: 'shop-1', stage: 'approve', seen: question.seen, connection: 'there', subject: null }
    expect(await approvalLinks.read(linkIn(chat.text))).toMatchObject(claims)
    expect(event.data.links).toEqual([
      { stage: 'approve', url: expect.stringContaining('/approve#'), expiresAt: '2026-01-01T01:00:00.000Z' },
    ])
    expect([...recorded.values()].map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'approval-link.send execution:shop-1',
      'approval-link.send execution:shop-1',
    ])
    expect(JSON.stringify([...recorded])).not.toContain(linkIn(chat.text))
  })

  it('is for one person when it is a mail of their own', async () => {
    const mails: { to: string; text: string }[] = []
    const server = new SMTPServer({
      ...{ disabledCommands: ['STARTTLS'], authOptional: true },
      onData(stream, { envelope }, done) {
        void stream.toArray().then((chunks: Buffer[]) => {
          const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=')
          mails.push({ to: envelope.rcptTo.map(({ address }) => address).join(), text })
          done()
        })
      },
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise<void>(resolve => server.close(() => resolve())))
    const { port } = server.server.address() as AddressInfo
    const to = ['Ann <ann@example.org>', 'bob@example.org']
    await tell(
      { ...{ type: 'email', host: '127.0.0.1', port, tls: 'none', from: 's@example.org' }, to, personal: true },
      waiting,
    )
    const subjects = await Promise.all(mails.map(async ({ text }) => (await approvalLinks.read(linkIn(text))).subject))
    expect(mails.map((mail, index) => [mail.to, subjects[index]])).toEqual([
      ['ann@example.org', 'user:ann@example.org'],
      ['bob@example.org', 'user:bob@example.org'],
    ])
  })
})
