import { expect, it } from 'vitest'
import { runOf, v1, waitStage } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const scale = { id: 'more', type: 'scale', target: 'eu', service: 'checkout', instances: 9 } as const

it('changes the number of instances, of what is stable now', async () => {
  const run = fakeRun(runOf([scale]))
  const { status, stages } = await run.run()
  expect(status).toBe('succeeded')
  expect(stages[0]!.outputs).toEqual({ instances: 9, previousInstances: 4 })
  expect(run.effects()).toEqual(['stable 1.0.0 x9'])
})

it('goes back to the number before', async () => {
  const run = fakeRun(runOf([scale, waitStage('nap', { for: 10_000 })]))
  run.world.at(1_000, () => run.steering.rollback({ by: 'ann' }))
  expect((await run.run()).status).toBe('rolled-back')
  expect(run.target.state('checkout').clusters).toEqual([{ role: 'stable', release: v1, instances: 4, ready: 4 }])
})

it('fails where nothing runs', async () => {
  const { status, reason } = await fakeRun(runOf([{ ...scale, service: 'new' }])).run()
  expect([status, reason]).toEqual(['failed', 'more: new on eu runs no version yet; deploy one first'])
})
