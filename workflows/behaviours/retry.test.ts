import { describe, expect, it } from 'vitest'
import { deployStage, runOf, waitStage } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'
import type { Outcome } from '../outcome.ts'
import { failed, rejected, succeeded } from '../outcome.ts'
import type { StageRegistry, StageRun } from '../stages/stage.ts'

const retry = { attempts: 3, backoff: 1_000 }

/** What happens at each attempt, and when it began (seconds). */
async function attempts(ends: (() => Outcome | Promise<Outcome>)[], stage = waitStage('a', { retry })) {
  const began: number[] = []
  const undone: string[] = []
  const run = fakeRun(runOf([stage]), {
    registry: {
      wait: (async (_, context) => {
        began.push(run.world.now() / 1_000)
        const attempt = context.attempt
        context.undo.push({ what: `first ${attempt}`, run: async () => void undone.push(`first ${attempt}`) })
        context.undo.push({ what: `second ${attempt}`, run: async () => void undone.push(`second ${attempt}`) })
        return ends[attempt - 1]!()
      }) as StageRun,
    } as StageRegistry,
  })
  const start = run.world.now() / 1_000
  const { stages, status } = await run.run()
  return { status, began: began.map(at => at - start), undone, stage: stages[0]! }
}

const bad = () => failed('it is bad')
const cut = () => Promise.reject(new Error('the wire is cut'))

describe('retry', () => {
  it('tries again until it succeeds, twice as long after each attempt, and undoes each before the next', async () => {
    const { status, began, undone, stage } = await attempts([bad, cut, () => succeeded()])
    expect(status).toBe('succeeded')
    expect(began).toEqual([0, 1, 3])
    expect(undone).toEqual(['second 1', 'first 1', 'second 2', 'first 2'])
    expect(stage).toMatchObject({ status: 'succeeded', attempt: 3 })
  })

  it('ends with the last attempt', async () => {
    const { status, undone, stage } = await attempts([cut, cut, bad])
    expect(status).toBe('rolled-back')
    expect(stage).toMatchObject({ attempt: 3, reason: 'it is bad; it was rolled back' })
    expect(undone).toHaveLength(6)
  })

  it('does not ask people again who said no', async () => {
    const { stage, began } = await attempts([() => rejected('rejected by ann: no')])
    expect(stage).toMatchObject({ status: 'rolled-back', attempt: 1 })
    expect(began).toHaveLength(1)
  })

  it('counts the timeout for each attempt', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: 5_000, timeout: 1_000, retry })]))
    const { stages } = await run.run()
    expect(stages[0]).toMatchObject({ status: 'errored', attempt: 3 })
  })

  it('does not try again what could not be undone', async () => {
    const run = fakeRun(runOf([waitStage('a', { retry, onFailure: 'continue' }), waitStage('b')]), {
      registry: {
        wait: (async (_, { undo }) => {
          undo.push({ what: 'put it back', run: cut })
          return bad()
        }) as StageRun,
      } as StageRegistry,
    })
    const { status, stages } = await run.run()
    expect(status).toBe('errored')
    expect(stages[0]).toMatchObject({ status: 'errored', attempt: 1 })
    expect(stages[0]!.reason).toContain('could not be undone, so it is not tried again: put it back (the wire is cut)')
    expect(stages[1]!.status).toBe('skipped')
  })

  it('can be canceled while it waits for the next attempt', async () => {
    const run = fakeRun(
      runOf([waitStage('a', { for: 5_000, timeout: 1_000, retry: { attempts: 2, backoff: 60_000 } })]),
    )
    run.world.at(30_000, () => run.steering.cancel({ by: 'ann' }))
    const { status, stages } = await run.run()
    expect(status).toBe('canceled')
    expect(stages[0]).toMatchObject({ status: 'canceled', attempt: 1 })
  })

  it('gives the service back between attempts and takes it again', async () => {
    const run = fakeRun(runOf([deployStage('checkout', { retry })]))
    run.target.broken.add('2.0.0')
    const { status, stages } = await run.run()
    expect(status).toBe('rolled-back')
    expect(stages[0]!.attempt).toBe(3)
    expect(run.story().filter(line => line.startsWith('lock.acquired'))).toHaveLength(3)
    expect(run.target.state('checkout')).toMatchObject({ weights: { stable: 100 }, clusters: [{ ready: 4 }] })
  })
})
