import { describe, expect, it } from 'vitest'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { runOf } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const job: StageOf<'run'> = {
  id: 'job',
  type: 'run',
  target: 'eu',
  service: 'checkout',
  command: ['migrate'],
  env: { A: '1' },
  exitCodes: [0],
}
const ended =
  (exitCode: number | null, reason: string | null = null) =>
  async ({ id }: { id: string }) => {
    return { exitCode, reason, log: id, lastLines: ['one', 'two'] }
  }

describe('a job', () => {
  it('succeeds with an exit code that means so, and leaves its log by reference', async () => {
    const run = fakeRun(runOf([job]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toEqual({ exitCode: 0, log: 'shop-1/job/1-job' })
    expect(run.outside.asked).toEqual([
      {
        what: 'runJob',
        request: { id: 'shop-1/job/1-job', target: 'eu', service: 'checkout', command: ['migrate'], env: { A: '1' } },
      },
    ])
  })

  it('fails with any other, and says what it printed last', async () => {
    const run = fakeRun(runOf([job]))
    run.outside.runJob = ended(3)
    expect(await run.run()).toMatchObject({
      status: 'failed',
      reason: 'job: the job exited with 3; it printed last: one | two',
    })
    const other = fakeRun(runOf([{ ...job, exitCodes: [0, 3] }]))
    other.outside.runJob = ended(3)
    expect((await other.run()).status).toBe('succeeded')
  })

  it('cannot tell when it has no exit code', async () => {
    const run = fakeRun(runOf([job]))
    run.outside.runJob = ended(null, 'it was killed')
    expect(await run.run()).toMatchObject({ status: 'errored', reason: expect.stringContaining('it was killed') })
  })

  it('is ended when the run is canceled, or it takes too long', async () => {
    for (const change of [{}, { timeout: 2_000 }]) {
      const run = fakeRun(runOf([{ ...job, ...change }]))
      run.outside.runJob = () => new Promise(() => {})
      if (!('timeout' in change)) run.world.at(1_000, () => run.steering.cancel({ by: 'ann' }))
      const { status } = await run.run()
      expect(status).toBe('timeout' in change ? 'errored' : 'canceled')
      expect(run.outside.asked.at(-1)).toEqual({ what: 'endJob', request: { id: 'shop-1/job/1-job', target: 'eu' } })
    }
  })
})
