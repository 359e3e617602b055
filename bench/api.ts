import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { startServer } from '../setup/server.ts'
import { pgliteChild } from '../store/pglite/spec.ts'
import { fill } from './store/fill.ts'

/**
 * `npm run bench -- api`: list, get and trigger of a real `slipway serve` beside a bare express route that answers as many
 * bytes, taking turns; then the list over 100,000 stored executions beside the same list over 1,000. Ends with 1 when its
 * p99 is 3 times as long or longer.
 */
const quick = process.argv.includes('--quick')
const rounds = quick ? 2 : 5
const requests = quick ? 150 : 400
const clients = 8
const sizes = [1_000, 100_000] as const
const most = 3

interface Measured {
  perSecond: number
  p50: number
  p99: number
}

/** One request of a kind; `index` makes those of a trigger differ. */
interface Kind {
  method: 'GET' | 'POST'
  path(index: number): string
  body?: string
}

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-api-'))
const data = join(folder, 'data')
const configuration = join(folder, 'slipway.yaml')
writeFileSync(join(folder, 'nap.yaml'), 'name: nap\napplication: web\nstages: [{ id: nap, type: wait, for: 1ms }]\n')
writeFileSync(configuration, 'pipelines: [{ directory: . }]\nlimits: { requests: 1000000, open: 1000000 }\n')
let bare: { process: ChildProcess; url: string } | undefined
const server = await startServer({ data, configuration, args: ['--log-level', 'warn'] })
try {
  bare = await startBare()
  const { url, token } = server
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const database = pgliteChild(join(data, 'store')).databaseUrl
  await fill(database, sizes[0])
  const list: Kind = { method: 'GET', path: () => '/api/v1/executions?limit=50' }
  const kinds: Record<string, Kind> = {
    list,
    get: { method: 'GET', path: index => `/api/v1/executions/run-${index % sizes[0]}` },
    trigger: { method: 'POST', path: () => '/api/v1/pipelines/nap/executions', body: '{}' },
  }

  for (const [name, kind] of Object.entries(kinds)) {
    const answer = await fetch(url + kind.path(0), {
      method: kind.method,
      headers,
      ...(kind.body === undefined ? {} : { body: kind.body }),
    })
    const bytes = (await answer.text()).length
    if (!answer.ok) throw new Error(`${name} answered ${answer.status}`)
    // A trigger starts a run, and each run is work for the engine: fewer of them.
    const count = name === 'trigger' ? requests / 4 : requests
    const own: Measured[] = []
    const other: Measured[] = []
    for (let round = 0; round < rounds; round += 1) {
      own.push(await load(url, kind, { headers, count, clients }))
      other.push(await load(bare.url, { ...kind, path: () => `/${bytes}` }, { headers, count, clients }))
    }
    const [mine, theirs] = [median(own), median(other)]
    figure(`api.${name}.perSecond`, mine.perSecond, '/s')
    figure(`api.${name}.p50`, mine.p50, 'ms')
    figure(`api.${name}.p99`, mine.p99, 'ms')
    figure(`api.${name}.bare.perSecond`, theirs.perSecond, '/s')
    figure(`api.${name}.share`, mine.perSecond / theirs.perSecond, 'of bare express')
  }

  const p99: number[] = []
  for (const size of sizes) {
    await fill(database, size)
    const each: Measured[] = []
    for (let round = 0; round < rounds; round += 1)
      each.push(await load(url, list, { headers, count: requests, clients: 1 }))
    p99.push(median(each).p99)
    figure(`api.list.of${size}.p50`, median(each).p50, 'ms')
    figure(`api.list.of${size}.p99`, median(each).p99, 'ms')
  }
  figure('api.list.growth', p99[1]! / p99[0]!, 'times the p99', most)
} finally {
  bare?.process.kill()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function load(
  url: string,
  { method, path, body }: Kind,
  { headers, count, clients }: { headers: Record<string, string>; count: number; clients: number },
): Promise<Measured> {
  const pool = new Pool(url, { connections: clients })
  const times: number[] = []
  let next = 0
  const client = async () => {
    while (next < count) {
      const index = next++
      const began = performance.now()
      const answer = await pool.request({ method, path: path(index), headers, ...(body === undefined ? {} : { body }) })
      await answer.body.text()
      if (answer.statusCode >= 300) throw new Error(`${method} ${path(index)} answered ${answer.statusCode}`)
      times.push(performance.now() - began)
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - began) / 1_000
  await pool.close()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  return { perSecond: count / seconds, p50: at(0.5), p99: at(0.99) }
}

async function startBare(): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'api/bare.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await child.stdout.take(1).toArray()) as [Buffer]
  return { process: child, url: `http://127.0.0.1:${line.toString().trim()}` }
}

/** Of each figure by itself: one bad moment of the machine is in one round. */
function median(all: readonly Measured[]): Measured {
  const middle = (of: (one: Measured) => number) => all.map(of).sort((a, b) => a - b)[Math.floor(all.length / 2)]!
  return { perSecond: middle(one => one.perSecond), p50: middle(one => one.p50), p99: middle(one => one.p99) }
}

function figure(what: string, value: number, unit: string, below?: number): void {
  const missed = below !== undefined && !(value < below)
  if (missed) process.exitCode = 1
  console.log(
    JSON.stringify({ figure: what, value: Math.round(value * 100) / 100, unit, ...(missed ? { missed } : {}) }),
  )
}
