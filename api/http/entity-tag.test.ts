import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '../../pipeline/execution.ts'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { type Operation, type Route, routes } from '../contract/routes.ts'

/** Mutations: `entityTag` of what is constant; `refuseUnseen` of steering without its body. */

const id = 'shop-000000000000'
const run = `/api/v1/executions/${id}`

let api: FakeApi
let told: string[]

beforeAll(async () => {
  api = await startFakeApi()
})
afterAll(() => api.stop())
beforeEach(() => {
  told = []
  api.engine.answer = async (execution, update) => {
    told.push(update)
    return (await api.store.get(execution))!
  }
  api.store.put(anExecution({ id, position: 41 }))
})

async function tagOf(path: string): Promise<string> {
  return (await api.request(path)).headers.get('etag')!
}

const says = (data: Record<string, Json> = {}) => api.store.add({ execution: id, kind: 'stage.progress', data })

describe('an answer with an ETag', () => {
  test('is not sent again to whoever has it, and is once it has changed', async () => {
    const etag = await tagOf(run)
    const again = await api.request(run, { headers: { 'if-none-match': `"other", W/${etag}` } })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    expect(again.headers.get('x-request-id')).not.toBeNull()
    says()
    const changed = await api.request(run, { headers: { 'if-none-match': etag } })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  test('changes with what is pending, too, though nothing was recorded', async () => {
    const etag = await tagOf(run)
    const times = { scheduledAt: null, startedAt: null, nextAttemptAt: null, lastFailure: null }
    api.engine.pendingList = [{ name: 'route', state: 'started', attempt: 2, workflow: id, ...times }]
    const changed = await api.request(run, { headers: { 'if-none-match': etag } })
    api.engine.pendingList = []
    expect(changed.status).toBe(200)
    // The run has got no further: what was looked at still names it.
    expect((await steer('pause', etag)).status).toBe(200)
  })

  test('is no way around a permission', async () => {
    const etag = await tagOf(run)
    const headers = { authorization: 'Bearer nobody', 'if-none-match': etag }
    expect((await api.request(run, { headers })).status).toBe(401)
  })

  test('is one of every single thing there is to read, and the description says so', async () => {
    const versioned = (Object.entries(routes) as [Operation, Route][]).filter(([, route]) => route.versioned)
    expect(versioned.map(([operation]) => operation)).toEqual([
      'getExecution',
      'getAnalysis',
      'getExecutionDefinition',
      'getPipeline',
    ])
    const { paths } = await (await api.request('/openapi.json')).json()
    for (const [, { path }] of versioned) {
      expect(Object.keys(paths[path].get.responses)).toContain('304')
      expect(Object.keys(paths[path].get.responses['200'].headers)).toEqual(['ETag'])
    }
    const etag = await tagOf('/api/v1/pipelines/shop')
    expect((await api.request('/api/v1/pipelines/shop', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })
})

function steer(what: string, ifMatch?: string): Promise<Response> {
  const headers: HeadersInit = ifMatch === undefined ? {} : { 'if-match': ifMatch }
  return api.request(`${run}/${what}`, { method: 'POST', headers })
}

describe('what is said to a run with If-Match', () => {
  test.each(['promote', 'pause', 'resume', 'skip'])(
    '%s reaches the run that was looked at, and no later one',
    async what => {
      const etag = await tagOf(run)
      expect((await steer(what, etag)).status).toBe(200)
      says()
      const stale = await steer(what, etag)
      expect([stale.status, (await stale.json()).type]).toEqual([412, 'urn:slipway:problem:stale'])
      expect(told).toEqual([what])
      expect((await steer(what)).status).toBe(200)
    },
  )

  test.each(['cancel', 'rollback', 'retry'])('%s of a run that has got further is refused', async what => {
    expect((await steer(what, '"40"')).status).toBe(412)
    expect(api.engine.signals).toEqual([])
  })

  test('any of several tags will do, or any run at all; a weak one never does', async () => {
    const etag = await tagOf(run)
    expect((await steer('pause', `"1", ${etag}`)).status).toBe(200)
    expect((await steer('pause', '*')).status).toBe(200)
    expect((await steer('pause', `W/${etag}`)).status).toBe(412)
    expect((await steer('pause', 'whatever')).status).toBe(412)
    expect(
      (await api.request('/api/v1/executions/none/pause', { method: 'POST', headers: { 'if-match': '*' } })).status,
    ).toBe(404)
  })
})
