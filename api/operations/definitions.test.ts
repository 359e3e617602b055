import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'

let api: FakeApi
let id: string

beforeAll(async () => {
  api = await startFakeApi()
  id = (await api.client.startExecution({ name: 'shop', body: { parameters: { version: '1' } } })).id
})
afterAll(() => api.stop())

const asked = () => api.client.getExecutionDefinition({ id })

test('a run tells the text it was started from, and that it is in force still', async () => {
  const { text, inForce, revision } = await asked()
  expect(text).toBe(goodPipeline)
  expect(inForce).toEqual({ revision, text: goodPipeline, differs: false })
})

test('a comment makes another text and no difference', async () => {
  api.write('shop.yaml', `# new\n${goodPipeline}`)
  const { text, inForce, revision } = await asked()
  // A folder keeps no earlier texts.
  expect(text).toBeNull()
  expect(inForce).toMatchObject({ text: `# new\n${goodPipeline}`, differs: false })
  expect(inForce!.revision).not.toBe(revision)
})

test('what would run differently differs; what the run is pinned to stays', async () => {
  const pinned = (await asked()).definition
  api.write('shop.yaml', goodPipeline.replace('node, web.mjs', 'node, other.mjs'))
  expect(await asked()).toMatchObject({ definition: pinned, inForce: { differs: true } })
})

test('a name that another application has now tells nothing of it', async () => {
  api.write('shop.yaml', goodPipeline.replace('application: store', 'application: other'))
  expect(await asked()).toMatchObject({ text: null, inForce: null })
})
