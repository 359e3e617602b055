import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTemporal, type TemporalServer } from '../temporal.ts'

let temporal: TemporalServer
beforeAll(async () => {
  temporal = await startTemporal()
})
afterAll(() => temporal?.stop())

/** The sum of a counter of the server, of those samples that have the label. */
async function counted(counter: string, label: string): Promise<number> {
  const lines = (await (await fetch(temporal.metrics)).text()).split('\n')
  const samples = lines.filter(line => line.startsWith(`${counter}{`) && line.includes(label))
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

it('timers that fall due close to each other are all taken as they come, and none is put off', async () => {
  const timers = 100
  // Runs that begin later are timers of the server, and need no worker.
  const begin = (at: number) =>
    temporal.client.workflow.start('nobody', {
      ...{ workflowId: `later-${at}`, taskQueue: 'nobody' },
      startDelay: 1_000 + 20 * at,
    })
  await Promise.all(Array.from({ length: timers }, (_, at) => begin(at)))
  const fired = () => counted('task_requests', 'TimerActiveTaskWorkflowBackoffTimer')
  await expect.poll(fired, { timeout: 60_000 }).toBe(timers)
  expect(await counted('queue_actions', 'TimerQueueProcessor')).toBe(0)
})
