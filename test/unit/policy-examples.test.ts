import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { templatesBeside } from '../../api/definitions/templates-beside.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { validatePipeline } from '../../pipeline/validate.ts'
import { runOf, v1 } from '../fakes/pipelines.ts'
import type { FakeRun } from '../fakes/run.ts'
import { fakeRun } from '../fakes/run.ts'

/** Every example of `examples/policies` really runs, and does what it says of itself. */

const folder = new URL('../../examples/policies/pipelines/', import.meta.url)

async function example(file: string, prepare: (run: FakeRun) => void = () => {}): Promise<[Execution, FakeRun]> {
  const { pipeline, problems, notes } = validatePipeline(readFileSync(new URL(file, folder), 'utf8'), file, {
    templates: await templatesBeside(fileURLToPath(folder)),
  })
  expect([...problems, ...notes]).toEqual([])
  const run = fakeRun({ ...runOf(pipeline!.stages), definition: pipeline! })
  for (const service of ['search', 'cart']) run.target.seed(service, v1, 2)
  prepare(run)
  return [await run.run(), run]
}

const statuses = ({ stages }: Execution) => stages.map(({ id, status }) => `${id} ${status}`)

test('failure.yaml: a branch fails, the rest goes on, the run succeeds', async () => {
  const [execution] = await example('failure.yaml')
  expect(execution.status).toBe('succeeded')
  expect(statuses(execution)).toEqual([
    ...['roll-out succeeded', 'smoke-test errored', 'announce skipped'],
    'report succeeded',
  ])
})

test('templates.yaml: one template for two services, one after the other', async () => {
  const [execution] = await example('templates.yaml')
  expect(execution.status).toBe('succeeded')
  expect(statuses(execution)).toEqual([
    ...['search-roll-out succeeded', 'search-settle succeeded', 'cart-roll-out succeeded', 'cart-settle succeeded'],
    'last succeeded',
  ])
  expect(JSON.stringify(execution.stages[2])).toContain('2.0.0')
})

test('retry.yaml: the third attempt succeeds', async () => {
  let starts = 0
  const [execution] = await example('retry.yaml', ({ target }) => {
    target.applying = async what => {
      if (what.includes('2.0.0')) starts += 1
      target.broken[starts < 3 ? 'add' : 'delete']('2.0.0')
    }
  })
  expect(execution.status).toBe('succeeded')
  expect(execution.stages[0]!.attempt).toBe(3)
})

test('windows.yaml: waits for the morning in Berlin', async () => {
  const [execution] = await example('windows.yaml')
  expect(execution.status).toBe('succeeded')
  // The simulated world begins on a Thursday at midnight in UTC.
  expect(execution.stages[0]!.endedAt).toMatch(/^2026-01-01T08:0[0-5]:/)
})

test('matrix.yaml: one stage for every service, two at a time', async () => {
  const [execution] = await example('matrix.yaml')
  expect(execution.status).toBe('succeeded')
  expect(statuses(execution)).toEqual([
    ...['roll-out[checkout] succeeded', 'roll-out[search] succeeded', 'roll-out[cart] succeeded'],
    'last succeeded',
  ])
})

test('group.yaml: both are taken back', async () => {
  const [execution, run] = await example('group.yaml')
  expect(statuses(execution)).toEqual(['checkout rolled-back', 'search rolled-back', 'soak errored'])
  for (const service of ['checkout', 'search'])
    expect(run.target.state(service).clusters[0]!.release.version).toBe('1.0.0')
})

test('approval.yaml: two people approve; the stage whose condition does not hold is skipped', async () => {
  const [execution] = await example('approval.yaml', run => {
    const approve = (by: string, role: string) => {
      const { seen } = run.execution().stages[0]!.progress!.judgment!
      const inputs = { ticket: 'OPS-1', speed: 'fast' }
      run.steering.judge({ by, roles: [role], stage: 'approve', decision: 'approve', inputs, seen })
    }
    run.world.at(60_000, () => approve('bob', 'sre'))
    run.world.at(120_000, () => approve('cleo', 'owner'))
  })
  expect(execution.status).toBe('succeeded')
  expect(statuses(execution)).toEqual(['approve succeeded', 'soak skipped', 'roll-out succeeded'])
})

test('verify.yaml: asks an instance, watches a number, and judges what has passed', async () => {
  const seen = (run: FakeRun) => run.outside.asked.map(({ what }) => what)
  const after = (share: number) =>
    example('verify.yaml', run => {
      run.outside.measure = async () => ({ state: 'ok', value: 0.01 })
      run.metrics.behaviour = { '0.9.0': 0.01, '1.0.0': share }
    })
  const [good, run] = await after(0.01)
  expect([good.status, good.reason]).toEqual(['succeeded', null])
  expect(seen(run)).toEqual(['probe', ...Array(4).fill('measure')])
  // Only the half minute of the number takes time.
  expect(Date.parse(good.stages[0]!.endedAt!) - Date.parse(good.stages[0]!.startedAt!)).toBe(30_000)
  const [bad] = await after(0.3)
  expect([bad.status, bad.reason]).toEqual(['failed', expect.stringMatching(/fail: .*points worse/)])
})

test('every example is tried here', () => {
  const text = readFileSync(new URL(import.meta.url), 'utf8')
  const files = readdirSync(folder).filter(name => name.endsWith('.yaml'))
  for (const file of files) expect(text).toContain(`test('${file}:`)
})
