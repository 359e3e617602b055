import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'
import { simulateApart } from '../main/simulate-apart.ts'

// Threads and simulations take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let api: FakeApi
beforeAll(async () => {
  api = await startFakeApi({
    auth: {
      roles: { elsewhere: [{ allow: ['pipeline:read'], applications: ['other'] }] },
      bindings: [{ role: 'elsewhere', to: ['token:elsewhere'] }],
    },
  })
})
afterAll(() => api.stop())

const careful = goodPipeline.replace('stages:', 'stages:\n  - { id: ask, type: judgment, timeout: 1h }')

test('a text is compared with the version in force: what changes, and how good and bad releases would run', async () => {
  const answer = await api.client.validatePipeline({ body: { text: careful, simulate: true } })
  expect(answer).toMatchObject({ valid: true, name: 'shop', problems: [], notes: [] })
  const { base, changes, simulations, notSimulated } = answer.preview!
  expect(base).toBe((await api.client.getPipeline({ name: 'shop' })).revision)
  expect(changes.map(({ path, before }) => [path, before])).toEqual([
    ['stages.ask', null],
    ['stages.roll.needs', '[]'],
  ])
  expect(notSimulated).toBeNull()
  expect(simulations!.map(({ scenario }) => scenario)).toEqual(['good', 'bad'])
  const { before, after, timeline } = simulations![0]!
  expect([before?.status, after.status]).toEqual(['succeeded', 'succeeded'])
  expect(after.duration - before!.duration).toBe(60_000)
  expect(timeline).toContainEqual({
    stage: 'ask',
    what: 'succeeded',
    before: null,
    after: 60_000,
  })
  const rolled = timeline.find(({ stage, what }) => stage === 'roll' && what === 'succeeded')!
  expect(rolled.after! - rolled.before!).toBe(60_000)
})

test('nothing is simulated unless it is asked for, and changes something; what is not valid has no preview', async () => {
  const quick = await api.client.validatePipeline({ body: { text: careful } })
  expect(quick.preview).toMatchObject({ simulations: null, notSimulated: null, changes: [{}, {}] })
  const same = await api.client.validatePipeline({ body: { text: `${goodPipeline}# so`, simulate: true } })
  expect(same.preview).toMatchObject({ changes: [], simulations: null })
  expect(await api.client.validatePipeline({ body: { text: 'name: shop' } })).toMatchObject({
    valid: false,
    name: null,
    preview: null,
  })
})

test('a pipeline that is new has nothing before', async () => {
  const { preview } = await api.client.validatePipeline({
    body: { text: goodPipeline.replace('name: shop', 'name: fresh'), simulate: true, parameters: { version: '7' } },
  })
  expect(preview).toMatchObject({ base: null, changes: [{ path: '', before: null }] })
  expect(preview!.simulations![0]).toMatchObject({ before: null, after: { status: 'succeeded' } })
})

test('parameters that do not fit are said, and nothing is simulated', async () => {
  const { preview } = await api.client.validatePipeline({
    body: { text: careful, simulate: true, parameters: { version: 'x' } },
  })
  expect(preview!.simulations).toBeNull()
  expect(preview!.notSimulated).toContain('version')
})

// Mutation: without `isShown`, what is in force of another application is told.
test('who may not see the version in force is told nothing of it', async () => {
  const { token } = await api.client.createToken({ body: { name: 'elsewhere' } })
  const answer = await api.request('/api/v1/validate', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: careful }),
  })
  expect((await answer.json()).preview).toMatchObject({ base: null, changes: [{ path: '', before: null }] })
})

test('what takes too long to simulate is ended, and those behind it get their turn', async () => {
  const { validatePipeline } = await import('../../pipeline/validate.ts')
  const endless = goodPipeline.replace('stages:', 'stages:\n  - { id: rest, type: wait, for: 1s }')
  const { pipeline } = validatePipeline(endless, 'shop.yaml')
  const simulate = simulateApart(1)
  const signal = new AbortController().signal
  const versions = { before: null, after: pipeline!, parameters: {} }
  const answers = await Promise.all(Array.from({ length: 10 }, () => simulate(versions, signal)))
  expect(answers.map(({ notSimulated }) => notSimulated?.slice(0, 15))).toEqual([
    ...Array.from({ length: 8 }, () => 'it takes longer'),
    'too many are wa',
    'too many are wa',
  ])
})
