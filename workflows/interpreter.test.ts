import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deployStage, runOf, v1, waitStage } from '../test/fakes/pipelines.ts'
import { fakeRun } from '../test/fakes/run.ts'
import { failed, skipped, succeeded } from './outcome.ts'
import type { StageRegistry, StageRun } from './stages/stage.ts'

/** Runs `wait` stages as the test says. */
function runWith(stages: Parameters<typeof runOf>[0], run: StageRun) {
  return fakeRun(runOf(stages), { registry: { wait: run } as StageRegistry })
}

describe('the interpreter', () => {
  it('starts a stage when all it needs has ended, and independent ones side by side', async () => {
    const running = new Set<string>()
    const seen: string[] = []
    const stages = [
      waitStage('a'),
      waitStage('b', { needs: ['a'] }),
      waitStage('c', { needs: ['a'], for: 3_000 }),
      waitStage('d', { needs: ['b', 'c'] }),
    ]
    const run = runWith(stages, async (stage, { world }) => {
      running.add(stage.id)
      seen.push([...running].join(''))
      await world.sleep((stage as { for: number }).for)
      running.delete(stage.id)
      return succeeded()
    })
    expect((await run.run()).status).toBe('succeeded')
    expect(seen).toEqual(['a', 'b', 'bc', 'd'])
  })

  it('runs what needs a skipped stage', async () => {
    const run = runWith([waitStage('a'), waitStage('b')], async ({ id }) =>
      id === 'a' ? skipped('no need') : succeeded(),
    )
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages.map(stage => stage.status)).toEqual(['skipped', 'succeeded'])
  })

  it('ends with the first failure: what runs is canceled, the rest is not started', async () => {
    const stages = [waitStage('a', { needs: [] }), waitStage('b', { needs: [] }), waitStage('c', { needs: ['b'] })]
    const run = runWith(stages, async ({ id }, { world }) => {
      await world.sleep(id === 'a' ? 1_000 : 60_000)
      return failed('it is bad')
    })
    const { status, reason, stages: ended } = await run.run()
    expect({ status, reason }).toEqual({ status: 'failed', reason: 'a: it is bad' })
    expect(ended.map(({ status, reason }) => `${status}: ${reason}`)).toEqual([
      'failed: it is bad',
      'canceled: stage a failed: it is bad',
      'skipped: not started: stage a failed: it is bad',
    ])
  })

  it('tells what it cannot tell from what is bad', async () => {
    const run = runWith([waitStage('a')], () => Promise.reject(new Error('the wire is cut')))
    const { status, reason } = await run.run()
    expect({ status, reason }).toEqual({ status: 'errored', reason: 'a: the wire is cut' })
  })

  it('fails a stage whose type cannot run', async () => {
    const run = fakeRun(runOf([waitStage('a')]), { registry: {} })
    expect(await run.run()).toMatchObject({ status: 'failed', reason: 'a: stages of type wait are not available yet' })
  })

  it('resolves expressions with what came before, and fails the stage when one cannot be resolved', async () => {
    const release = "${{ stages['first'].release }}"
    const stages = [deployStage('first'), deployStage('second', { release, needs: ['first'] })]
    const run = fakeRun(runOf(stages))
    run.target.seed('first', v1, 1)
    run.target.seed('second', v1, 1)
    expect((await run.run()).status).toBe('succeeded')
    expect(run.target.state('second').clusters[0]!.release.version).toBe('2.0.0')
    const wrong = fakeRun(runOf([deployStage('first', { release: { version: '${{ parameters.nothing }}' } })]))
    expect(await wrong.run()).toMatchObject({ status: 'failed', reason: expect.stringContaining('nothing') })
  })

  it('skips a stage whose condition does not hold', async () => {
    const run = fakeRun(runOf([waitStage('a', { when: '${{ 1 > 2 }}' }), waitStage('b')]))
    const { stages } = await run.run()
    expect(stages.map(stage => stage.status)).toEqual(['skipped', 'succeeded'])
  })

  it('ends every run with exactly one final status, whatever the stages do and whoever cancels when', async () => {
    const outcome = fc.constantFrom('succeeded', 'failed', 'skipped', 'throws')
    const stage = fc.record({ outcome, takes: fc.integer({ min: 0, max: 3_000 }), needs: fc.nat(3) })
    const schedule = fc.record({
      stages: fc.array(stage, { minLength: 1, maxLength: 5 }),
      ask: fc.constantFrom('cancel' as const, 'rollback' as const, null),
      at: fc.integer({ min: 0, max: 5_000 }),
    })
    await fc.assert(
      fc.asyncProperty(schedule, async ({ stages, ask, at }) => {
        const ids = stages.map((_, index) => `s${index}`)
        const definition = stages.map((_, i) =>
          waitStage(ids[i]!, { needs: ids.slice(Math.max(0, i - stages[i]!.needs), i) }),
        )
        const undone: string[] = []
        const run = runWith(definition, async ({ id }, { world, undo }) => {
          const { outcome, takes } = stages[ids.indexOf(id)]!
          undo.push({ what: id, run: async () => void undone.push(id) })
          await world.sleep(takes)
          if (outcome === 'throws') throw new Error('unknown')
          if (outcome === 'failed') return failed('bad')
          return outcome === 'skipped' ? skipped('no need') : succeeded()
        })
        if (ask !== null) run.world.at(at, () => run.steering[ask]({ by: 'ann' }))
        const execution = await run.run()
        const ends = run
          .story()
          .filter(line => /^execution.status (succeeded|failed|rolled-back|canceled|errored)$/.test(line))
        expect(ends).toEqual([`execution.status ${execution.status}`])
        expect(execution.endedAt).not.toBeNull()
        expect(execution.stages.every(({ status }) => !['pending', 'running', 'rolling-back'].includes(status))).toBe(
          true,
        )
        expect(undone).toEqual([...new Set(undone)])
      }),
      { numRuns: 100, seed: 7 },
    )
  }, 60_000)
})
