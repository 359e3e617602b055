import { expect, it, onTestFinished } from 'vitest'
import { expectOnly, startEngine } from '../fakes/engine.ts'
import { quickCanary } from '../fakes/pipelines.ts'
import { startTemporal } from '../temporal.ts'

it('a canary whose history is full goes on in a new run, with all it has seen', async () => {
  const server = await startTemporal({ 'limit.historyCount.suggestContinueAsNew': '40' })
  onTestFinished(() => server.stop())
  const engine = await startEngine(server)
  onTestFinished(() => engine.stop())
  // With 100 requests a look the margin of one point takes more looks to show than one run may have.
  engine.metrics.rate = 500
  const steps = [{ weight: 10, for: 30_000 }]
  const onVerdict = { fail: 'rollback', insufficient: 'rollback', errored: 'rollback' } as const
  const run = await engine.start([quickCanary({ steps, onVerdict })])
  expect(await run.result()).toMatchObject({ status: 'succeeded', stages: [{ outputs: { verdict: 'pass' } }] })
  expectOnly(engine, '2.0.0')

  const runs: number[] = []
  const query = `WorkflowId = "${run.id}/canary/step-1"`
  for await (const { workflowId, runId } of server.client.workflow.list({ query }))
    runs.push((await server.client.workflow.getHandle(workflowId, runId).fetchHistory()).events!.length)
  // On a busy machine one look sees what several would have, so how many runs it takes is not certain.
  expect(runs.length).toBeGreaterThan(1)
  expect(Math.max(...runs)).toBeLessThan(60)

  const looks = engine.store.events(run.id).flatMap(({ kind, data }) => (kind === 'canary.look' ? [data.look] : []))
  expect(looks).toEqual(looks.map((_, index) => index + 1))
  const errors = engine.store.evidence(run.id).filter(({ metric }) => metric === 'errors')
  for (const [index, { from }] of errors.entries()) if (index > 0) expect(from).toBe(errors[index - 1]!.to)
})
