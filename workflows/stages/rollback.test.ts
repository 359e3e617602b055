import { describe, expect, it } from 'vitest'
import { deployStage, runOf, v1, v2 } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const v3 = { version: '3.0.0', command: ['run', '3'] }
const back = (to: string) => ({ id: 'back', type: 'rollback', target: 'eu', service: 'checkout', to }) as const
const deploy = (id: string, release: object) => deployStage(id, { service: 'checkout', release: release as never })

describe('a rollback stage', () => {
  it('goes to the release before, as runs have recorded it', async () => {
    const run = fakeRun(runOf([deploy('two', v2), deploy('three', v3), back('previous')]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[2]!.outputs).toEqual({ release: v2, previousRelease: v3 })
    expect(run.target.state('checkout').clusters).toMatchObject([{ release: v2 }])
  })

  it('goes to any version that was deployed there, the very first one too', async () => {
    const run = fakeRun(runOf([deploy('two', v2), deploy('three', v3), back('1.0.0')]))
    expect((await run.run()).stages[2]!.outputs).toEqual({ release: v1, previousRelease: v3 })
    expect(run.target.state('checkout').clusters).toMatchObject([{ release: v1 }])
  })

  it('takes the warm version when there is one', async () => {
    const run = fakeRun(runOf([back('previous')]))
    const op = (id: string) => ({ id, fence: 1, signal: new AbortController().signal, progress: () => {} })
    await run.target.apply('checkout', { role: 'canary', release: v2, instances: 4 }, op('a'))
    await run.target.apply('checkout', { role: 'stable', release: v2, instances: 4 }, op('b'))
    const { status, stages } = await run.run()
    expect([status, stages[0]!.outputs]).toEqual(['succeeded', { release: v1, previousRelease: v2 }])
    expect(run.outside.asked).toEqual([])
  })

  it('fails for a version that was never there, and says so', async () => {
    const { status, reason } = await fakeRun(runOf([back('9.9.9')])).run()
    expect(status).toBe('failed')
    expect(reason).toContain('was never deployed in version 9.9.9')
  })

  it('has nothing to do when that version runs already', async () => {
    const run = fakeRun(runOf([back('1.0.0')]))
    expect((await run.run()).stages[0]).toMatchObject({
      status: 'succeeded',
      reason: 'checkout on eu runs 1.0.0 already',
    })
    expect(run.effects()).toEqual([])
  })
})
