import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { Client } from '../api/client/client.ts'
import type { ExecutionDetail } from '../api/contract/execution.ts'
import { isFinal } from '../pipeline/statuses.ts'
import { type Load, startLoad } from './load.ts'
import { type Server, startServer } from './server.ts'

/**
 * The story of Slipway in a minute, on real processes, real traffic and a real Temporal server: 1.0.0 becomes stable,
 * 1.1.0 (good) is promoted, 1.2.0 (bad) is taken back. Exits with 0 only when all three ended like that.
 */
const rate = 400
/** Phases of a canary that come after its verdict. */
const decided = new Set(['promoting', 'baking', 'rolling-back', 'rolling back'])
const keep = process.argv.includes('--keep')
const data = mkdtempSync(join(tmpdir(), 'slipway-demo-'))
let server: Server | null = null
let load: Load | null = null
let ending: Promise<void> | null = null

process.on('SIGINT', () => void cleanUp().then(() => process.exit(130)))
process.on('SIGTERM', () => void cleanUp().then(() => process.exit(143)))

const code = await story().catch(error => {
  console.error(`\n${styleText('red', 'The demo failed:')} ${error instanceof Error ? error.message : error}`)
  if (server) console.error(`Last words of slipway serve:\n${server.output().slice(-3_000)}`)
  return 1
})
if (keep && code === 0) await new Promise(() => {})
await cleanUp()
process.exit(code)

async function story(): Promise<number> {
  const began = performance.now()
  say(`Starting Slipway in ${data}`)
  server = await startServer({ data, configuration: 'examples/checkout/slipway.yaml', args: ['--stop-instances'] })
  const { client } = server
  say(
    `Ready after ${seconds(performance.now() - began)}. Watch it: ${styleText('bold', (await client.createLoginLink()).url)}`,
  )

  chapter('1.0.0 is the first release: nothing to compare with, so health checks only')
  const first = await deliver(client, '1.0.0')
  const url = (await client.listTargets()).items[0]?.services[0]?.url
  if (!url) throw new Error('the target does not say where the service is')
  load = startLoad(url, rate)
  say(`${rate} requests a second go to ${url} from now on`)
  await sleep(1_000)

  chapter('1.1.0 is good. CI triggers it over REST:')
  const good = await deliver(client, '1.1.0')

  chapter('1.2.0 fails one order in twenty and is slow. CI triggers it all the same:')
  const before = { sent: load.seen.sent, bad: load.seen.versions.get('1.2.0') ?? 0 }
  const bad = await deliver(client, '1.2.0')
  const met = (load.seen.versions.get('1.2.0') ?? 0) - before.bad
  const meanwhile = load.seen.sent - before.sent
  await sleep(1_000)
  const seen = await load.stop()
  const last = (await client.listTargets()).items[0]?.services[0]

  chapter('Summary')
  const right = [
    outcome('1.0.0', first, first.execution.status === 'succeeded', 'first release, healthy'),
    outcome('1.1.0', good, good.execution.status === 'succeeded', 'promoted'),
    outcome('1.2.0', bad, bad.execution.status === 'rolled-back', 'rolled back'),
    line(
      `traffic ends on ${last?.clusters.find(cluster => cluster.role === 'stable')?.version}: ${JSON.stringify(last?.weights)}`,
      last?.weights.stable === 100,
    ),
    line(
      `${met} of ${meanwhile} requests met 1.2.0; a plain rolling update would have shown it to up to ${meanwhile}`,
      met > 0 && met < meanwhile / 2,
    ),
    line(
      `${seen.sent} requests in all, ${seen.lost} lost${seen.lost > 0 ? ` (${[...seen.reasons].map(([why, n]) => `${n} × ${why}`).join(', ')})` : ''}`,
      seen.lost === 0,
    ),
  ]
  say(`The whole story took ${seconds(performance.now() - began)}.`)
  if (keep) say(`Still running (--keep): ${(await client.createLoginLink()).url}  Ctrl-C ends it.`)
  return right.every(Boolean) ? 0 : 1
}

interface Delivery {
  execution: ExecutionDetail
  /** Milliseconds from the trigger to the end of the canary's judging, and to the end of the run. */
  verdictAfter: number | null
  endedAfter: number
}

/** Triggers a version as CI would and tells what happens until the run has ended. */
async function deliver(client: Client, version: string): Promise<Delivery> {
  const began = performance.now()
  const started = await client.startExecution({
    name: 'checkout',
    body: { parameters: { version } },
    idempotencyKey: `build-${version}`,
  })
  say(styleText('dim', `POST /api/v1/pipelines/checkout/executions { version: ${version} } → 202 ${started.id}`))
  let execution = await client.getExecution({ id: started.id })
  let told = ''
  let verdictAfter: number | null = null
  while (!isFinal(execution.status)) {
    execution = await client.getExecution({ id: started.id, wait: '2s', after: execution.position })
    const now = tell(execution)
    if (now !== told) say(`${seconds(performance.now() - began).padStart(6)}  ${now}`)
    told = now
    const progress = execution.stages[0]?.progress
    if (verdictAfter === null && progress && decided.has(progress.phase)) verdictAfter = performance.now() - began
  }
  return { execution, verdictAfter, endedAfter: performance.now() - began }
}

function tell(execution: ExecutionDetail): string {
  const stage = execution.stages[0]
  const progress = stage?.progress
  if (!progress || isFinal(execution.status))
    return `${execution.status}${execution.reason ? `: ${execution.reason}` : ''}`
  const weights = Object.entries(progress.weights ?? {})
    .filter(([, share]) => share > 0)
    .map(([role, share]) => `${role} ${share} %`)
    .join(', ')
  return [progress.phase, weights, progress.message].filter(Boolean).join(' · ')
}

function outcome(version: string, delivery: Delivery, right: boolean, word: string): boolean {
  const verdict = delivery.verdictAfter === null ? '' : `verdict after ${seconds(delivery.verdictAfter)}, `
  const ended = right ? word : `${delivery.execution.status}, expected ${word}: ${delivery.execution.reason ?? ''}`
  return line(`${version} ${ended} (${verdict}done after ${seconds(delivery.endedAfter)})`, right)
}

function line(text: string, right: boolean): boolean {
  console.log(`${right ? styleText('green', '✓') : styleText('red', '✗')} ${text}`)
  return right
}

function chapter(title: string): void {
  console.log(`\n${styleText('bold', title)}`)
}

function say(text: string): void {
  console.log(text)
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

function cleanUp(): Promise<void> {
  ending ??= (async () => {
    await load?.stop().catch(() => {})
    await server?.stop()
    rmSync(data, { recursive: true, force: true })
  })()
  return ending
}
