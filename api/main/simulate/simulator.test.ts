import { expect, test } from 'vitest'
import { validatePipeline } from '../../../pipeline/validate.ts'
import type { SimulateSettings } from './simulate.ts'
import { createSimulator } from './simulator.ts'

const { pipeline } = validatePipeline(
  'name: shop\napplication: shop\nstages:\n  - { id: nap, type: wait, for: 1h }\n',
  'shop.yaml',
)
const settings: SimulateSettings = {
  ...{ scenario: { kind: 'good' }, parameters: {}, seed: 1, start: 0, running: null },
  ...{ instances: 1, rate: 1, startUp: 0, people: { answer: 'approve', after: 0 } },
}
const never = new AbortController().signal

test('one that takes too long is ended, and so is one whose caller has gone', async () => {
  const impatient = createSimulator({ patience: 1, most: 1 })
  await expect(impatient.run(pipeline!, settings, never)).rejects.toMatchObject({ kind: 'refused' })
  await expect(createSimulator().run(pipeline!, settings, AbortSignal.abort())).rejects.toMatchObject({
    kind: 'refused',
  })
})

test('more than fit at the same time are sent away, and let in again afterwards', { timeout: 60_000 }, async () => {
  const simulator = createSimulator({ patience: 60_000, most: 1 })
  const first = simulator.run(pipeline!, settings, never)
  await expect(simulator.run(pipeline!, settings, never)).rejects.toMatchObject({ kind: 'too-many-requests' })
  expect(await first).toMatchObject({ status: 'succeeded', duration: 3_600_000 })
  const gone = AbortSignal.abort()
  await expect(simulator.run(pipeline!, settings, gone)).rejects.toMatchObject({ kind: 'refused' })
})
