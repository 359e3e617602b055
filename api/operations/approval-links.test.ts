import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApprovalLinks, type LinkOrder } from '../../activities/approval-links.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import type { JudgmentProgress } from '../../pipeline/execution.ts'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import type { JudgmentMessage } from '../../workflows/messages.ts'
import { MessageRefused } from '../engine/engine.ts'

/**
 * security.md row 11: an approval link decides nothing by being opened, proves nobody's identity, and works once, for the
 * judgment, the question and the person it was made for.
 */

let api: FakeApi
const bearers: Record<string, string> = {}
const id = 'shop-000000000001'
const seen = 'f'.repeat(64)
const key = 'a key of links that is long enough'
const url = 'https://slipway.example'
let messages = 0

const links = createApprovalLinks({
  configuration: { keys: [{ env: 'KEY' }], lifetime: 3_600_000 },
  ...{ url, secrets: localSecrets({ KEY: key }), now: Date.now },
})

async function link(change: Partial<LinkOrder> = {}): Promise<string> {
  messages += 1
  const at = new Date().toISOString()
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const order = { execution: id, stage: 'approve', seen, connection: 'chat', subject: null, at, until }
  const made = await links.make({ ...order, message: `${id}/notice-${messages}`, ...change })
  return new URL(made.url).hash.slice(1)
}

function judged(change: Partial<JudgmentProgress> = {}) {
  const judgment = {
    ...{ approvals: 2, approvers: null, instructions: null, fourEyes: true, given: [], inputs: {} },
    ...{ until: new Date(Date.now() + 3_600_000).toISOString(), seen },
    ...change,
  }
  const stage = {
    ...{ id: 'approve', type: 'judgment' as const, status: 'waiting' as const, attempt: 1, startedAt: null },
    ...{ endedAt: null, reason: null, outputs: {}, progress: { phase: 'waiting' as const, judgment } },
  }
  return anExecution({ id, status: 'waiting', stages: [stage] as never })
}

beforeAll(async () => {
  process.env.SLIPWAY_TEST_LINKS = key
  api = await startFakeApi({
    server: { url, approvalLinks: { keys: [{ env: 'SLIPWAY_TEST_LINKS' }] } },
    connections: { chat: { type: 'slack', url: 'https://chat.example/x' } },
  })
  api.store.put(judged())
  const make = async (name: string, body: object) =>
    (await api.client.createToken({ body: { name, ...body } as never })).token
  bearers.approver = await make('approver', { allow: ['execution:read', 'execution:approve'] })
  bearers.reader = await make('reader', { allow: ['execution:read'] })
  bearers.stranger = await make('stranger', { allow: ['execution:*'], applications: ['bank'] })
})

afterAll(async () => {
  delete process.env.SLIPWAY_TEST_LINKS
  await api.stop()
})

const say = async (response: Response) => ({ status: response.status, text: await response.text() })

async function open(text: string, bearer: string | null = bearers.approver!) {
  const headers = { 'approval-link': text, ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) }
  return say(await fetch(`${api.url}/api/v1/approval-link`, { headers }))
}

async function answer(text: string, { bearer = bearers.approver!, stage = 'approve', match = seen } = {}) {
  const headers = { 'approval-link': text, authorization: `Bearer ${bearer}`, 'if-match': `"${match}"` }
  return say(
    await fetch(`${api.url}/api/v1/executions/${id}/stages/${stage}/judgment`, {
      method: 'POST',
      body: JSON.stringify({ decision: 'approve' }),
      headers: { ...headers, 'content-type': 'application/json' },
    }),
  )
}

/** Takes answers, as a run would. */
function taking(refuse?: MessageRefused): JudgmentMessage[] {
  const taken: JudgmentMessage[] = []
  api.engine.answer = async (_execution, _update, message) => {
    if (refuse !== undefined) throw refuse
    taken.push(message as JudgmentMessage)
    return judged()
  }
  return taken
}

test('opening it, any number of times, says what it asks and changes nothing', async () => {
  const taken = taking()
  const text = await link()
  for (let times = 0; times < 3; times++) {
    const { status, text: body } = await open(text)
    expect([status, JSON.parse(body)]).toMatchObject([
      200,
      { execution: id, stage: 'approve', seen, connection: 'chat' },
    ])
  }
  expect(taken).toEqual([])
  // What unfurls links gets the page, or nothing where it is not built; the link itself never reaches the server.
  expect((await fetch(`${api.url}/approve`, { headers: { host: new URL(api.url).host } })).status).toBe(404)
  expect((await answer(text)).status).toBe(200)
  expect(taken).toMatchObject([{ decision: 'approve', stage: 'approve', seen, subject: 'local' }])
})

test('it stands for nobody: who opens it has to be known, and to have the right', async () => {
  const taken = taking()
  const text = await link()
  expect((await open(text, null)).status).toBe(401)
  expect((await open(text, 'garbage')).status).toBe(401)
  expect((await open(text, bearers.stranger)).status).toBe(404)
  expect((await answer(text, { bearer: bearers.stranger! })).status).toBe(404)
  expect((await answer(text, { bearer: bearers.reader! })).status).toBe(403)
  expect(taken).toEqual([])
  expect((await answer(text)).status).toBe(200)
})

test('it works once, also when it is used twice at the same moment', async () => {
  const taken = taking()
  const text = await link()
  // All of them have seen that it is unused before one of them uses it.
  const { isClaimed } = api.store
  const arrived = Promise.withResolvers<void>()
  let asked = 0
  api.store.isClaimed = async key => {
    const claimed = await isClaimed(key)
    asked += 1
    if (asked === 5) arrived.resolve()
    await arrived.promise
    return claimed
  }
  const answers = await Promise.all(Array.from({ length: 5 }, () => answer(text)))
  api.store.isClaimed = isClaimed
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
  expect(taken).toHaveLength(1)
  const again = await open(text)
  expect(again.status).toBe(409)
  expect(again.text).toContain('this link was used already')
})

test('an answer that the run refuses leaves it for somebody else: four eyes hold', async () => {
  const text = await link()
  taking(new MessageRefused('local started the run, so somebody else has to approve it', 'NotAllowed'))
  const refused = await answer(text)
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('somebody else has to approve it')])
  taking()
  expect((await answer(text)).status).toBe(200)
})

test('it is for the judgment and the question it was made for', async () => {
  const taken = taking()
  const text = await link()
  const elsewhere = await answer(text, { stage: 'other' })
  expect([elsewhere.status, elsewhere.text]).toEqual([403, expect.stringContaining('not for other of')])
  expect((await answer(text, { match: 'e'.repeat(64) })).status).toBe(412)
  api.store.put(judged({ seen: 'd'.repeat(64) }))
  expect((await open(text)).status).toBe(412)
  expect((await answer(text)).status).toBe(412)
  api.store.put(anExecution({ id, status: 'running' }))
  const late = await open(text)
  expect([late.status, late.text]).toEqual([409, expect.stringContaining('does not wait for an answer any more')])
  api.store.put(judged())
  expect(taken).toEqual([])
  expect((await answer(text)).status).toBe(200)
})

test('it is for the person it was sent to, over a connection that there still is, and not for ever', async () => {
  taking()
  const theirs = await link({ subject: 'user:ann@example.org' })
  const refused = await open(theirs)
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('this link is for ann@example.org')])
  expect((await answer(theirs)).status).toBe(403)
  expect((await open(await link({ subject: 'LOCAL' }))).status).toBe(200)
  expect((await open(await link({ connection: 'gone' }))).status).toBe(403)
  const old = await open(await link({ at: new Date(Date.now() - 3_600_001).toISOString() }))
  expect([old.status, old.text]).toEqual([409, expect.stringContaining('this link is too old')])
  expect((await open(`${await link()}x`)).status).toBe(403)
  expect((await open('made-up')).status).toBe(403)
})

test('that it was used, and that it was refused, is in the audit log; the link itself is not', async () => {
  taking()
  const text = await link()
  await answer(text)
  await answer(text)
  const { id: linkId } = await links.read(text)
  await expect
    .poll(() => api.store.audited.filter(({ action }) => action === 'execution.approve').at(-1)?.data)
    .toMatchObject({ stage: 'approve', seen, link: linkId, connection: 'chat' })
  await expect
    .poll(() =>
      api.store.audited.filter(({ action, outcome }) => action === 'stage.judge' && outcome === 'refused').at(-1),
    )
    .toMatchObject({ actor: 'token:approver', data: { kind: 'refused', stage: 'approve' } })
  expect(JSON.stringify(api.store.audited)).not.toContain(text)
})
