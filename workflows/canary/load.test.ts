import { describe, expect, it } from 'vitest'
import type { JobRequest } from '../../activities/stage-requests.ts'
import type { JobResult } from '../../activities/targets/jobs.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Behaviour } from '../../test/fakes/metrics.ts'
import { canaryStage, runOf } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const load = { command: ['autocannon', '-R', '20'], env: {}, for: 3_600_000 }

const exited = (exitCode: number | null): JobResult => ({
  ...{ exitCode, reason: exitCode === null ? 'it was killed' : null, log: 'l', lastLines: ['no route', 'to host'] },
})

/** A canary with a program that makes load and ends, after so many milliseconds, like this; else never. */
function loaded(
  { after, end }: { after?: number; end?: JobResult } = {},
  { behaviour = {}, ...change }: { behaviour?: Behaviour } & Partial<StageOf<'canary'>> = {},
) {
  const run = fakeRun(runOf([canaryStage({ load, ...change })]), { behaviour })
  run.outside.runJob = () =>
    new Promise(resolve => {
      if (after !== undefined) run.world.at(after, () => resolve(end!))
    })
  return { run, ends: () => run.outside.asked.filter(({ what }) => what === 'endJob') }
}

describe('the load of a canary', { timeout: 30_000 }, () => {
  it('is made on the target while it climbs, and ended before it is promoted', async () => {
    const { run, ends } = loaded()
    expect((await run.run()).status).toBe('succeeded')
    const [job] = run.outside.asked.filter(({ what }) => what === 'runJob').map(({ request }) => request as JobRequest)
    expect(job).toMatchObject({ target: 'eu', service: 'checkout', command: load.command })
    expect(ends()).toEqual([{ what: 'endJob', request: { id: job!.id, target: 'eu' } }])
  })

  it('is ended after the traffic was returned when the canary fails', async () => {
    const { run, ends } = loaded({}, { behaviour: { '2.0.0': 0.2 } })
    expect((await run.run()).status).toBe('rolled-back')
    expect(run.story().filter(line => line.startsWith('undo.done'))).toEqual([
      'undo.done canary return all traffic of checkout on eu to 1.0.0',
      'undo.done canary remove what the canary of checkout on eu has started',
      'undo.done canary end the load on checkout on eu',
    ])
    expect(ends()).toHaveLength(1)
  })

  it('ends with the run that is canceled', async () => {
    const { run, ends } = loaded()
    run.world.at(2_000, () => run.steering.cancel({ by: 'ann' }))
    expect((await run.run()).status).toBe('canceled')
    expect(ends()).toHaveLength(1)
  })

  it.each([exited(1), exited(null)])('that dies lets nobody tell, however good it looked: %j', async end => {
    const { run } = loaded({ after: 3_000, end })
    const { status, reason } = await run.run()
    expect(status).toBe('errored')
    expect(reason).toContain('the load on checkout on eu died, so nothing can be told')
    expect(reason).toContain('no route | to host')
    expect(run.target.state('checkout')).toMatchObject({ weights: { stable: 100 }, clusters: [{ role: 'stable' }] })
  })

  it('that cannot be started lets nobody tell either', async () => {
    const { run } = loaded()
    run.outside.runJob = () => Promise.reject(new Error('"autocannon" was not found'))
    const { status, reason } = await run.run()
    expect([status, reason]).toEqual(['errored', expect.stringContaining('"autocannon" was not found')])
  })

  it('that ends well, or has had its time, leaves the canary to the traffic there is', async () => {
    const well = loaded({ after: 3_000, end: exited(0) })
    expect((await well.run.run()).status).toBe('succeeded')
    const long = loaded({}, { load: { ...load, for: 2_000 } })
    expect((await long.run.run()).status).toBe('succeeded')
    expect(long.ends()).toHaveLength(2)
  })
})
