import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionDetail } from '../../api/contract/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import { startLoad } from '../../setup/load.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { withLastWords } from './last-words.ts'
import { type Figures, type Proof, type ProofOptions, recoveryOf, seeded } from './proof.ts'

/** What is killed. `worker` is the process that runs workflows and activities; in `serve` that is `serve` itself. */
const victims = ['serve', 'temporal', 'store'] as const
type Victim = (typeof victims)[number]

const configuration = 'test/fixtures/shop/slipway.yaml'
const rate = 100

/**
 * `kill -9` at seeded moments of canaries, good and bad ones in turn, each with load on the service. Holds when every run
 * ends as it would have without the kill, traffic ends on one version, nothing was started twice, no request was lost, and
 * the audit log tells its start, verdict and end, once each, in a chain that holds.
 */
export const kills: Proof = {
  what: 'kill -9 of serve, Temporal and the store at seeded moments of a canary',
  whole: 100,
  run: killSeries,
}

async function killSeries({ seed, rounds, log }: ProofOptions): Promise<Figures> {
  const random = seeded(seed)
  const data = mkdtempSync(join(tmpdir(), 'slipway-kills-'))
  // Releases do not see the data folder.
  const notes = mkdtempSync(join(tmpdir(), 'slipway-kills-notes-'))
  const starts = join(notes, 'starts.jsonl')
  let server = await startServer({ data, configuration, args: ['--stop-instances'] })
  let requests = 0
  const recovery: number[] = []
  try {
    await deliver(server, '1.0.0', '0', starts)
    const expected = { good: await reference(server, 'good', starts), bad: await reference(server, 'bad', starts) }
    const url = await serviceUrl(server)
    for (let round = 1; round <= rounds; round += 1) {
      const victim = victims[Math.floor(random() * victims.length)] as Victim
      const kind = random() < 0.5 ? 'good' : 'bad'
      const moment = Math.round(random() * 6_000)
      const version = `2.${round}.0`
      const load = startLoad(url, rate)
      const id = await trigger(server, version, kind === 'bad' ? '0.5' : '0', starts)
      await sleep(moment)
      const killed = performance.now()
      server = await kill(victim, server, data)
      const execution = await settled(server, id)
      recovery.push(performance.now() - killed)
      const seen = await load.stop()
      requests += seen.sent
      log(`${round}/${rounds} ${kind} ${version}: ${victim} killed after ${moment} ms → ${execution.status}`)
      const wanted = kind === 'good' ? 'succeeded' : 'rolled-back'
      must(execution.status === wanted, `${id} ended ${execution.status}, not ${wanted}: ${execution.reason}`)
      must(seen.lost === 0, `${seen.lost} requests lost: ${JSON.stringify([...seen.reasons])}`)
      const doubled = startsOf(starts, version) - expected[kind]
      must(doubled <= 0, `${version} was started ${doubled} times too often after ${victim} was killed`)
      await oneVersion(server)
      await wholeAudit(server, id)
    }
  } catch (error) {
    throw withLastWords(error, server)
  } finally {
    await server.stop()
    for (const folder of [data, notes]) rmSync(folder, { recursive: true, force: true })
  }
  return { rounds, requests, lost: 0, doubled: 0, ...recoveryOf(recovery) }
}

/** How many instances a run starts when nobody disturbs it. */
async function reference(server: Server, kind: 'good' | 'bad', starts: string): Promise<number> {
  const version = `1.1.0-${kind}`
  const load = startLoad(await serviceUrl(server), rate)
  const execution = await deliver(server, version, kind === 'bad' ? '0.5' : '0', starts)
  await load.stop()
  const wanted = kind === 'good' ? 'succeeded' : 'rolled-back'
  must(execution.status === wanted, `the undisturbed ${kind} run ended ${execution.status}: ${execution.reason}`)
  return startsOf(starts, version)
}

async function deliver(server: Server, version: string, errors: string, starts: string): Promise<ExecutionDetail> {
  return settled(server, await trigger(server, version, errors, starts))
}

async function trigger(server: Server, version: string, errors: string, starts: string): Promise<string> {
  const { id } = await server.client.startExecution({
    name: 'shop',
    body: { parameters: { version, errors, starts } },
    idempotencyKey: version,
  })
  return id
}

/** The run when it has ended; patient, because what serves the answer may be the one that was killed. */
async function settled(server: Server, id: string): Promise<ExecutionDetail> {
  const deadline = Date.now() + 120_000
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const execution = await server.client.getExecution({ id, wait: '5s' })
      if (isFinal(execution.status)) return execution
      last = execution
    } catch (error) {
      last = error instanceof Error ? error.message : error
      await sleep(200)
    }
  }
  throw new Error(`${id} did not end within 120 s; last seen: ${JSON.stringify(last)}`)
}

async function kill(victim: Victim, server: Server, data: string): Promise<Server> {
  if (victim === 'serve') {
    await server.kill()
    return startServer({ data, configuration, args: ['--stop-instances'] })
  }
  process.kill(childPid(data, victim), 'SIGKILL')
  return server
}

/** The pid of a supervised child, as the server wrote it down. */
function childPid(data: string, child: string): number {
  const record = join(data, child, 'child.json')
  must(existsSync(record), `there is no record of ${child} at ${record}`)
  return JSON.parse(readFileSync(record, 'utf8')).pid
}

async function serviceUrl(server: Server): Promise<string> {
  const url = (await server.client.listTargets()).items[0]?.services[0]?.url
  if (!url) throw new Error('the target does not say where the service is')
  return url
}

async function wholeAudit(server: Server, id: string): Promise<void> {
  const { items } = await server.client.searchAudit({ subject: `execution:${id}` })
  const told = items.map(({ action }) => action)
  for (const action of ['execution.start', 'canary.verdict', 'execution.status']) {
    const count = told.filter(one => one === action).length
    must(count === 1, `${action} of ${id} is ${count} times in the audit log: ${told.join(', ')}`)
  }
  const { firstBad } = await server.client.verifyAudit()
  must(firstBad === null, `the audit log does not hold at ${firstBad}`)
}

async function oneVersion(server: Server): Promise<void> {
  const service = (await server.client.listTargets()).items[0]?.services[0]
  must(service?.weights.stable === 100, `weights ended at ${JSON.stringify(service?.weights)}`)
  const roles = service?.clusters.map(cluster => cluster.role).join(', ')
  must(roles === 'stable', `clusters left: ${roles}`)
}

function startsOf(file: string, version: string): number {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '' && JSON.parse(line).version === version).length
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}
