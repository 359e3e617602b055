import { describe, expect, it } from 'vitest'
import type { Called } from '../../activities/stage-requests.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { runOf } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const poll = {
  ...{ path: '/builds/{id}', id: '$.id', interval: 10_000, status: '$.state', progress: '$.step' },
  ...{ success: ['DONE'], failure: ['BAD'], canceled: ['STOPPED'] },
}
const cancel = { method: 'POST', path: '/builds/{id}/stop', id: '$.id' } as const

function hook(change: Partial<StageOf<'webhook'>> = {}): StageOf<'webhook'> {
  return {
    id: 'hook',
    type: 'webhook',
    connection: 'ci',
    method: 'POST',
    path: '/builds',
    contentType: 'application/json',
    ...change,
  }
}

function answer(change: Partial<Called> = {}): Called {
  return { status: 200, answer: 'ok', location: null, found: {}, retryAfter: null, ...change }
}

/** A run whose service begins build 7/x and then says these states, one a question. */
function polling(states: readonly string[], change: Partial<StageOf<'webhook'>> = {}) {
  const run = fakeRun(runOf([hook({ poll, cancel, ...change })]))
  const urls: string[] = []
  let asked = 0
  run.outside.call = async ({ method, url }) => {
    urls.push(`${method} ${url}`)
    if (method === 'POST') return answer({ status: 201, found: { pollId: '7/x', cancelId: '7/x' } })
    return answer({ found: { state: states[Math.min(asked++, states.length - 1)]!, progress: `step ${asked}` } })
  }
  return { run, urls }
}

describe('a webhook', () => {
  it('is done with an answer of 2xx, and later stages may read it', async () => {
    const run = fakeRun(runOf([hook({ body: '{}' })]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toEqual({ status: 200, answer: 'ok', state: '' })
    expect(run.outside.asked[0]).toMatchObject({
      what: 'call',
      request: { connection: 'ci', url: '/builds', body: '{}' },
    })
  })

  it('fails with an answer of 4xx', async () => {
    const run = fakeRun(runOf([hook()]))
    run.outside.call = async () => answer({ status: 422, answer: 'no such\n branch' })
    const { status, reason } = await run.run()
    expect([status, reason]).toEqual(['failed', 'hook: ci answered 422: no such branch'])
  })

  it('asks until what was begun has ended well, one question an interval', async () => {
    const { run, urls } = polling(['WAITING', 'RUNNING', 'DONE'])
    const { status, stages } = await run.run()
    expect([status, stages[0]!.outputs.state]).toEqual(['succeeded', 'DONE'])
    expect(urls).toEqual(['POST /builds', ...Array(3).fill('GET /builds/7%2Fx')])
    expect(run.world.now() - Date.parse('2026-01-01T00:00:00Z')).toBeGreaterThanOrEqual(30_000)
    expect(stages[0]!.progress?.message).toBe('step 3')
  })

  it('fails when it ends badly, and needs not be stopped then', async () => {
    for (const state of ['BAD', 'STOPPED']) {
      const { run, urls } = polling(['RUNNING', state])
      const { status, reason } = await run.run()
      expect([status, reason]).toEqual(['failed', expect.stringContaining(`ci says ${state}`)])
      expect(urls.filter(url => url.includes('stop'))).toEqual([])
    }
  })

  it('is stopped when the run is canceled, or takes too long', async () => {
    const canceled = polling(['RUNNING'])
    canceled.run.world.at(25_000, () => canceled.run.steering.cancel({ by: 'ann' }))
    expect((await canceled.run.run()).status).toBe('canceled')
    expect(canceled.urls.at(-1)).toBe('POST /builds/7%2Fx/stop')

    const late = polling(['RUNNING'], { timeout: 25_000 })
    expect((await late.run.run()).status).toBe('errored')
    expect(late.urls.at(-1)).toBe('POST /builds/7%2Fx/stop')
  })

  it('asks where the answer says, else at its location', async () => {
    const places: [Partial<StageOf<'webhook'>>, Partial<Called>, string][] = [
      [
        { poll: { ...poll, path: undefined, id: undefined, url: '$.url' } as never },
        { found: { pollUrl: '/there' } },
        '/there',
      ],
      [{ poll: { ...poll, path: undefined, id: undefined } as never }, { location: '/over' }, '/over'],
    ]
    for (const [change, first, url] of places) {
      const run = fakeRun(runOf([hook(change)]))
      const asked: string[] = []
      run.outside.call = async request => {
        asked.push(request.url)
        return request.method === 'POST' ? answer(first) : answer({ found: { state: 'DONE' } })
      }
      expect((await run.run()).status).toBe('succeeded')
      expect(asked).toEqual(['/builds', url])
    }
  })

  it('cannot tell when nothing says where to ask, or the question is refused', async () => {
    const lost = fakeRun(runOf([hook({ poll })]))
    expect(await lost.run()).toMatchObject({ status: 'errored', reason: expect.stringContaining('no id at $.id') })
    const { run } = polling(['RUNNING'])
    const { call } = run.outside
    run.outside.call = async request => (request.method === 'GET' ? answer({ status: 404 }) : call(request))
    expect(await run.run()).toMatchObject({
      status: 'errored',
      reason: expect.stringContaining('answered 404 when asked'),
    })
  })
})
