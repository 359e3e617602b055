import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, WorkflowExecutionInfo } from '@temporalio/client'
import proto from '@temporalio/proto'
import { lockId } from '../../workflows/messages.ts'
import { startEngine } from '../fakes/engine.ts'
import { startTemporal } from '../temporal.ts'
import { startOutside } from './outside.ts'
import { scenarios } from './scenarios.ts'

/**
 * `node test/replay/record.ts [SCENARIO…]` records the histories that `test/system/replay.test.ts` replays, all of them or
 * those named. Only for new behaviour: a history of before must go on to replay, that is what they are kept for.
 */
const folder = join(import.meta.dirname, 'histories')
const named = process.argv.slice(2)
const wanted = Object.keys(scenarios).filter(name => named.length === 0 || named.includes(name))

const outside = await startOutside()
const server = await startTemporal({ 'limit.historyCount.suggestContinueAsNew': '60' })
try {
  for (const name of wanted) {
    const engine = await startEngine(server, outside.resources)
    try {
      const run = await scenarios[name]!(engine)
      const { id } = run
      await save(server.client, id, join(folder, name))
      const { status, stages } = await run.state()
      console.log(`${name}: ${status} (${stages.map(stage => `${stage.id} ${stage.status}`).join(', ')})`)
    } finally {
      await engine.stop()
    }
  }
} finally {
  await server.stop()
  outside.stop()
}
process.exit(0)

/** The run, all runs of its analyses, and the lock. */
async function save(client: Client, id: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  const lock = await client.workflow.getHandle(lockId('eu', 'checkout')).describe()
  const runs: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'type'>[] = [lock]
  for await (const run of client.workflow.list({ query: `WorkflowId STARTS_WITH "${id}"` })) runs.push(run)
  for (const [index, { workflowId, runId, type }] of runs.entries()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    const bytes = proto.temporal.api.history.v1.History.encode(history).finish()
    const file = { workflowId, events: history.events!.length, history: Buffer.from(bytes).toString('base64') }
    writeFileSync(join(to, `${type}-${index}.json`), `${JSON.stringify(file)}\n`)
  }
}
