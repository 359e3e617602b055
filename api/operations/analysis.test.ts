import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { errorsSeen, recordCanary } from '../../test/fakes/recorded.ts'

let api: FakeApi

beforeEach(async () => {
  api = await startFakeApi()
  recordCanary(
    api.store,
    'shop-1',
    Array.from({ length: 12 }, () => errorsSeen(1, 2)),
  )
})
afterEach(() => api.stop())

test('the analysis of a run has its looks, oldest first, and what was seen of each metric', async () => {
  const { stages } = await api.client.getAnalysis({ id: 'shop-1' })
  const [canary] = stages
  expect(canary).toMatchObject({ stage: 'canary', verdict: 'pass', truncated: false })
  expect(canary!.looks.map(({ look }) => look)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
  expect(canary!.metrics[0]).toMatchObject({
    query: 'errors of web',
    window: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:12.000Z' },
  })
  expect(canary!.metrics.map(({ name, points }) => `${name} ${points.length}`)).toEqual(['errors 12', 'slow 12'])
})

test('only the newest looks are read when only they are asked for', async () => {
  const asked: unknown[] = []
  const { evidence, looks } = api.store
  api.store.evidence = (id, of) => {
    asked.push(of)
    return evidence(id, of)
  }
  api.store.looks = (id, stage, newest) => {
    asked.push([stage, newest])
    return looks(id, stage, newest)
  }
  api.store.events = () => Promise.reject(new Error('nobody needs all events'))
  const { stages } = await api.client.getAnalysis({ id: 'shop-1', stage: 'canary', looks: 3 })
  expect(asked).toEqual([{ stage: 'canary', newest: 3 }, [0, 3]])
  const [canary] = stages
  expect(canary!.truncated).toBe(true)
  expect(canary!.looks.map(({ look }) => look)).toEqual([10, 11, 12])
  expect(canary!.metrics[0]!.points.map(({ look }) => look)).toEqual([10, 11, 12])
})

test('a run without a canary has no analysis, and an unknown one is not found', async () => {
  expect((await api.client.getAnalysis({ id: 'shop-1', stage: 'other' })).stages).toEqual([])
  await expect(api.client.getAnalysis({ id: 'nothing' })).rejects.toThrow('no execution')
})
