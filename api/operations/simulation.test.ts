import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'

let api: FakeApi

beforeAll(async () => {
  api = await startFakeApi()
})

afterAll(() => api.stop())

/** A thread has to load the whole interpreter first. */
const patient = { timeout: 60_000 }

test('a text is simulated as it would run, with samples for what nobody gave', patient, async () => {
  const simulated = await api.client.simulatePipeline({ body: { text: goodPipeline } })
  expect(simulated).toMatchObject({ pipeline: 'shop', scenario: 'good', seed: 1, status: 'succeeded' })
  const statuses = simulated.timeline.filter(({ stage, status }) => stage === 'roll' && status !== null)
  expect(statuses.map(({ status }) => status)).toEqual(['running', 'succeeded'])
  expect(simulated.undoable).not.toEqual([])
})

test('a text that uses a template is read with those beside the version in force', patient, async () => {
  const template = 'template: rest\nversion: 1\nstages: [{ id: rest, type: wait, for: 1s }]\n'
  mkdirSync(join(api.folder, 'templates'))
  api.write('templates/rest.yaml', template)
  const text = 'name: used\napplication: store\nstages: [{ id: eu, template: rest@1 }]\n'
  api.write('used.yaml', text)
  const { status, timeline } = await api.client.simulatePipeline({ body: { text } })
  expect([status, timeline.some(({ stage }) => stage === 'eu-rest')]).toEqual(['succeeded', true])
  expect((await api.client.validatePipeline({ body: { text } })).problems).toEqual([])
  const other = await api.client.validatePipeline({ body: { text: text.replace('used', 'other') } })
  expect(other.problems[0]!.message).toContain('there is no template "rest@1"')
})

test('a scenario that names a stage makes that stage fail', patient, async () => {
  const scenario = { kind: 'target-fails-at', stage: 'roll' } as const
  const { status, undone } = await api.client.simulatePipeline({ body: { text: goodPipeline, scenario } })
  expect([status, undone.length > 0]).toEqual(['errored', true])
})

test.each([
  ['a text that is no pipeline', { text: 'name: 1' }, 'invalid-definition'],
  ['a value that does not fit', { text: goodPipeline, parameters: { version: 'x' } }, 'invalid-parameters'],
  [
    'a stage that is not there',
    { text: goodPipeline, scenario: { kind: 'target-fails-at', stage: 'rol' } as const },
    'invalid-request',
  ],
  [
    'a gate that is not there',
    { text: goodPipeline, scenario: { kind: 'gate-closed', gate: 'owner' } as const },
    'invalid-request',
  ],
])('%s is refused', async (_what, body, kind) => {
  const refusal = await api.client.simulatePipeline({ body }).catch(error => error)
  expect(refusal).toMatchObject({ kind })
  expect(refusal.problem.errors[0].message).not.toBe('')
})
