import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StageState } from '../../pipeline/execution.ts'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'

let api: FakeApi
beforeAll(async () => {
  api = await startFakeApi()
})
afterAll(() => api.stop())

const job = (change: Partial<StageState> = {}): StageState => ({
  ...{ id: 'migrate', type: 'run', status: 'succeeded', attempt: 1, startedAt: null, endedAt: null, reason: null },
  ...{ outputs: { log: 'nobody-knows-it' }, progress: { phase: 'running', target: 'local' }, ...change },
})

test.each<[string, Partial<StageState>, string]>([
  ['is not kept any more', {}, 'the log of nobody-knows-it is not kept any more'],
  ['is of another type', { type: 'wait' }, 'stage migrate is a wait; only what a run stage prints is kept'],
  ['has not begun', { status: 'pending', outputs: {} }, 'its log can be read when its job has begun'],
  ['never ended', { status: 'canceled', outputs: {} }, 'its job did not come to its end'],
  ['ran where nothing is now', { progress: { phase: 'x', target: 'gone' } }, 'no target gone any more'],
])('a log that %s is refused with the reason', async (_, change, words) => {
  api.store.put(anExecution({ id: 'shop-1', pipeline: 'shop', stages: [job(change)] }))
  await expect(api.client.getStageLog({ id: 'shop-1', stage: 'migrate' })).rejects.toThrow(words)
})
