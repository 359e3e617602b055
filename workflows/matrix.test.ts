import { describe, expect, it } from 'vitest'
import { validatePipeline } from '../pipeline/validate.ts'
import { runOf } from '../test/fakes/pipelines.ts'
import { fakeRun } from '../test/fakes/run.ts'
import { failed, succeeded } from './outcome.ts'
import type { StageRegistry, StageRun } from './stages/stage.ts'

/** Stages as people write them. */
function stagesOf(text: string) {
  const { pipeline, problems } = validatePipeline(`name: shop\napplication: shop\nstages:\n${text}`, 'shop.yaml')
  expect(problems).toEqual([])
  return pipeline!.stages
}

/** Runs waits that take their time, and fail if they are called so; tells when each began and ended, and how. */
async function runWaits(text: string, bad: readonly string[] = []) {
  const run = fakeRun(runOf(stagesOf(text)), {
    registry: {
      wait: (async (stage, { world }) => {
        await world.sleep((stage as { for: number }).for)
        return bad.includes(stage.id) ? failed('it is bad') : succeeded()
      }) as StageRun,
    } as StageRegistry,
  })
  const start = run.world.now()
  const seconds = (at: string | null) => (at === null ? '-' : (Date.parse(at) - start) / 1_000)
  const { status, stages } = await run.run()
  return {
    status,
    stages: stages.map(
      ({ id, status, startedAt, endedAt }) => `${id} ${status} ${seconds(startedAt)}..${seconds(endedAt)}`,
    ),
  }
}

describe('a matrix', () => {
  it('is one stage for every value, side by side; what comes after waits for all', async () => {
    const { stages } = await runWaits(`
  - { id: first, type: wait, for: 1s }
  - { id: roll, type: wait, for: 2s, matrix: { over: { region: [eu, us], zone: [1, 2] } } }
  - { id: last, type: wait, for: 1s }`)
    expect(stages).toEqual([
      'first succeeded 0..1',
      'roll[eu,1] succeeded 1..3',
      'roll[eu,2] succeeded 1..3',
      'roll[us,1] succeeded 1..3',
      'roll[us,2] succeeded 1..3',
      'last succeeded 3..4',
    ])
  })

  it('runs as many at once as it says, in the order it says', async () => {
    const matrix = 'over: { region: [eu, us, asia] }, maxParallel: 2, order: reverse'
    const { stages } = await runWaits(`
  - { id: roll, type: wait, for: 2s, matrix: { ${matrix} } }`)
    expect(stages).toEqual(['roll[asia] succeeded 0..2', 'roll[us] succeeded 0..2', 'roll[eu] succeeded 2..4'])
  })

  it('stops on the first failure', async () => {
    const { status, stages } = await runWaits(
      `
  - { id: roll, type: wait, for: 2s, onFailure: fail-at-end, matrix: { over: { region: [eu, us, asia] }, maxParallel: 1 } }
  - { id: beside, type: wait, for: 60s, needs: [] }`,
      ['roll[us]'],
    )
    expect(status).toBe('failed')
    expect(stages).toEqual([
      'roll[eu] succeeded 0..2',
      'roll[us] failed 2..4',
      'roll[asia] skipped -..60',
      'beside succeeded 0..60',
    ])
  })

  it('goes on after a failure where it says so, and fails the run when all have ended', async () => {
    const matrix = 'over: { region: [eu, us, asia] }, maxParallel: 1, stopOnFailure: false'
    const { status, stages } = await runWaits(
      `
  - { id: roll, type: wait, for: 2s, matrix: { ${matrix} } }
  - { id: after, type: wait, for: 1s }
  - { id: beside, type: wait, for: 60s, needs: [] }`,
      ['roll[eu]'],
    )
    expect(status).toBe('failed')
    expect(stages).toEqual([
      'roll[eu] failed 0..2',
      'roll[us] succeeded 2..4',
      'roll[asia] succeeded 4..6',
      'after skipped -..6',
      'beside canceled 0..6',
    ])
  })

  it('gives its values to targets, conditions and releases', async () => {
    const stages = stagesOf(`
  - id: roll
    type: deploy
    target: eu
    service: \${{ matrix.service }}
    when: \${{ matrix.service != 'cart' }}
    matrix: { over: { service: [checkout, search, cart], major: [3] } }
    release: { version: '\${{ matrix.service }}-\${{ string(matrix.major) }}', command: [node] }
  - id: last
    type: wait
    for: 1s
    when: \${{ stages['roll[checkout,3]'].release.version == 'checkout-3' }}`)
    const run = fakeRun(runOf(stages))
    const { status, stages: ended } = await run.run()
    expect(status).toBe('succeeded')
    expect(ended.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'roll[checkout,3] succeeded',
      'roll[search,3] succeeded',
      'roll[cart,3] skipped',
      'last succeeded',
    ])
    expect(run.target.state('search').clusters[0]!.release.version).toBe('search-3')
  })
})
