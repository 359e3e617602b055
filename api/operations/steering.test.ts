import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JudgmentProgress, StageState } from '../../pipeline/execution.ts'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import type { JudgmentMessage, Message } from '../../workflows/messages.ts'
import { MessageRefused, type Update } from '../engine/engine.ts'

const id = 'shop-judged'

const judgment: JudgmentProgress = {
  ...{ instructions: 'Look.', approvals: 2, approvers: ['role:sre'], fourEyes: true, seen: 'abc', inputs: {} },
  given: [{ by: 'bob', at: '2026-01-01T00:00:00.000Z' }],
  until: '2026-01-02T00:00:00.000Z',
}

function stage(change: Partial<StageState>): StageState {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: null }
  return {
    id: 'approve',
    type: 'judgment',
    status: 'waiting',
    attempt: 1,
    reason: null,
    outputs: {},
    progress: null,
    ...times,
    ...change,
  }
}

let api: FakeApi
let told: { update: Update; message: Message }[]

beforeAll(async () => {
  api = await startFakeApi()
})
afterAll(() => api.stop())
beforeEach(() => {
  told = []
  api.store.put(anExecution({ id, status: 'waiting', stages: [stage({ progress: { phase: 'waiting', judgment } })] }))
  api.engine.answer = async (execution, update, message) => {
    told.push({ update, message })
    return (await api.store.get(execution))!
  }
})

function judge(body: object, headers: Record<string, string> = { 'if-match': '"abc"' }) {
  const sent = { 'content-type': 'application/json', ...headers }
  return api.request(`/api/v1/executions/${id}/stages/approve/judgment`, {
    method: 'POST',
    headers: sent,
    body: JSON.stringify(body),
  })
}

describe('an answer to a judgment', () => {
  test('reaches the run with who gives it, their roles, and what they looked at', async () => {
    const response = await judge({ decision: 'approve', comment: 'fine', inputs: { percent: 5 } })
    expect(response.status).toBe(200)
    const message: JudgmentMessage = {
      ...{ by: 'local', subject: 'local', roles: ['administrator'], stage: 'approve', decision: 'approve' },
      ...{ reason: 'fine', inputs: { percent: 5 }, seen: 'abc', override: false },
    }
    expect(told).toEqual([{ update: 'judge', message }])
    expect(api.store.audited.at(-1)).toMatchObject({
      action: 'execution.approve',
      subject: `execution:${id}`,
      data: { stage: 'approve', seen: 'abc', override: false },
    })
  })

  test('that does not say what it is an answer to is refused', async () => {
    const response = await judge({ decision: 'approve' }, {})
    expect(response.status).toBe(428)
    expect((await response.json()).detail).toContain('If-Match')
    expect(told).toEqual([])
  })

  test.each([
    ['Stale', 412],
    ['NotAllowed', 403],
    ['InvalidAnswer', 422],
    ['Refused', 409],
    ['ended', 409],
  ] as const)('that the run refuses as %s is answered with %i', async (why, status) => {
    api.engine.answer = () => Promise.reject(new MessageRefused('no', why))
    expect((await judge({ decision: 'approve' })).status).toBe(status)
  })

  test('is not taken while the store is down', async () => {
    api.store.down = true
    expect((await judge({ decision: 'approve' })).status).toBe(503)
    api.store.down = false
    expect(told).toEqual([])
  })

  test('has a decision and nothing that is not known', async () => {
    expect((await judge({ decision: 'maybe' })).status).toBe(400)
    expect((await judge({ decision: 'approve', by: 'ann' })).status).toBe(400)
    expect((await judge({ decision: 'approve', inputs: { a: true } })).status).toBe(400)
  })
})

describe('steering', () => {
  test.each(['promote', 'pause', 'resume', 'skip'] as const)('%s is asked of the run, and noted', async update => {
    const call = {
      promote: 'promoteExecution',
      pause: 'pauseExecution',
      resume: 'resumeExecution',
      skip: 'skipExecution',
    } as const
    await api.client[call[update]]({ id, body: { reason: 'because' } })
    expect(told).toEqual([{ update, message: { by: 'local', subject: 'local', reason: 'because' } }])
    expect(api.store.audited.at(-1)).toMatchObject({ action: `execution.${update}`, actor: 'local' })
  })

  test('names a stage, also one of a matrix', async () => {
    await api.client.skipExecution({ id, body: { stage: 'wait[eu,1]' } })
    expect(told[0]!.message.stage).toBe('wait[eu,1]')
    await expect(api.client.skipExecution({ id, body: { stage: '../x' } })).rejects.toThrow('the id of a stage')
  })
})

describe('the inbox', () => {
  test('has all that waits for a person, the longest waiting first', async () => {
    const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`
    const held = stage({ id: 'canary', type: 'canary', status: 'held', startedAt: at(3), reason: 'insufficient' })
    api.store.put(anExecution({ id: 'shop-held', status: 'held', stages: [held] }))
    const now = new Date().toISOString()
    const failed = (change: Partial<StageState>) => [stage({ status: 'errored', endedAt: now, ...change })]
    api.store.put(anExecution({ id: 'shop-errored', status: 'errored', endedAt: now, stages: failed({}) }))
    const notUndone = failed({ progress: { phase: 'not undone' } })
    api.store.put(anExecution({ id: 'shop-stuck', status: 'errored', endedAt: now, stages: notUndone }))
    const old = '2020-01-01T00:00:00.000Z'
    api.store.put(anExecution({ id: 'shop-old', status: 'errored', endedAt: old, stages: failed({ endedAt: old }) }))
    const { items } = await api.client.getInbox()
    expect(items.map(({ kind, execution }) => `${kind} ${execution}`)).toEqual([
      `judgment ${id}`,
      'held shop-held',
      'errored shop-errored',
      'rollback-failed shop-stuck',
    ])
    expect(items[0]!.judgment).toEqual(judgment)
  })
})
