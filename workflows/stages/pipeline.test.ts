import { describe, expect, it } from 'vitest'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { runOf } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const child: StageOf<'pipeline'> = {
  id: 'child',
  type: 'pipeline',
  pipeline: 'db',
  parameters: { version: '2' },
  wait: true,
}

describe('a child pipeline', () => {
  it('is started once with its parameters, and waited for', async () => {
    const run = fakeRun(runOf([child]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toEqual({ execution: 'db-1', status: 'succeeded' })
    expect(run.outside.asked[0]).toEqual({
      what: 'startPipeline',
      request: { id: 'shop-1/child/1-start', pipeline: 'db', parameters: { version: '2' }, parent: 'shop-1' },
    })
  })

  it('hands on how it ended: bad is failed, unknown is errored', async () => {
    const ends = { failed: 'failed', 'rolled-back': 'failed', canceled: 'failed', errored: 'errored' } as const
    for (const [ended, expected] of Object.entries(ends)) {
      const run = fakeRun(runOf([child]))
      run.outside.pipelineEnded = async () => ({ status: ended as never, reason: 'why' })
      expect(await run.run()).toMatchObject({
        status: expected,
        reason: expect.stringContaining(`db-1 ended as ${ended}: why`),
      })
    }
  })

  it('that cannot be started fails the stage, with the reason', async () => {
    const run = fakeRun(runOf([child]))
    run.outside.startPipeline = async () => ({ execution: null, refused: 'there is no pipeline "db"' })
    expect(await run.run()).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('there is no pipeline "db"'),
    })
  })

  it('need not be waited for', async () => {
    const run = fakeRun(runOf([{ ...child, wait: false }]))
    expect((await run.run()).stages[0]!.outputs).toEqual({ execution: 'db-1', status: 'running' })
    expect(run.outside.asked.map(({ what }) => what)).toEqual(['startPipeline'])
  })

  it('is canceled with the run, which waits until it has ended', async () => {
    const run = fakeRun(runOf([child]))
    let canceled = false
    run.outside.pipelineEnded = () =>
      canceled ? Promise.resolve({ status: 'canceled', reason: null }) : new Promise(() => {})
    run.outside.cancelPipeline = async () => {
      canceled = true
    }
    run.world.at(1_000, () => run.steering.cancel({ by: 'ann' }))
    expect((await run.run()).status).toBe('canceled')
    expect(run.outside.asked.map(({ what }) => what)).toEqual([
      'startPipeline',
      'pipelineEnded',
      'cancelPipeline',
      'pipelineEnded',
    ])
  })
})
