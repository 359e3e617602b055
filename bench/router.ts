import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { freePort } from '../activities/processes/ports.ts'
import type { HostClient } from '../activities/targets/process/host/client.ts'
import { startHost } from '../activities/targets/process/host/start.ts'

/**
 * `npm run bench -- router`: the router of the process target beside the bare proxy library and beside no proxy at all,
 * taking turns on the same release. Ends with 1 when the router gets through less than 60 % of the bare proxy's
 * requests for the same processor time.
 */
interface Figure {
  what: string
  value: number
  unit: string
  atLeast?: number
}

interface Measured {
  perSecond: number
  /** Processor time of the proxy itself, microseconds a request; 0 without one. */
  cpu: number
  p99: number
}

const rounds = process.argv.includes('--quick') ? 3 : 9
const requests = process.argv.includes('--quick') ? 3_000 : 10_000
const clients = 32

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
const children: ChildProcess[] = []
let host: HostClient | undefined
try {
  host = await startHost(folder)
  const instances = await deploy(host)
  const bare = await startBare(instances[0]!)
  const router = { port: await routerPort(host), pid: (await host.ping()).identity.pid }
  const subjects = { direct: { port: instances[0]!, pid: null }, bare, router }
  const seen: Record<keyof typeof subjects, Measured[]> = { direct: [], bare: [], router: [] }
  for (let round = 0; round <= rounds; round++)
    for (const name of ['direct', 'bare', 'router'] as const) {
      const measured = await measure(subjects[name])
      if (round > 0) seen[name].push(measured)
    }
  report(seen)
} finally {
  await host?.stop({ instances: 'end' })
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

/** Two versions at 95 and 5 percent, one instance each, so that routing has a choice to make. */
async function deploy(client: HostClient): Promise<number[]> {
  const call = { signal: new AbortController().signal, progress: () => {} }
  const settings = {
    port: 0,
    directory: join(import.meta.dirname, 'router'),
    health: '/',
    startTimeout: 30_000,
    drainTimeout: 1_000,
    responseTimeout: 60_000,
    stickyCookie: null,
    clusterHeader: false,
  }
  const release = (version: string) => ({ version, command: [process.execPath, 'upstream.mjs'] })
  let ops = 0
  const op = () => ({ id: `bench-${++ops}`, fence: 1 })
  for (const [role, version] of [
    ['stable', '1'],
    ['canary', '2'],
  ] as const)
    await client.apply(
      'bench',
      'bench',
      { settings, desired: { role, release: release(version), instances: 1 }, op: op() },
      call,
    )
  const { instances } = await client.route(
    'bench',
    'bench',
    { settings, weights: { stable: 95, canary: 5 }, op: op() },
    call.signal,
  )
  return instances.map(({ port }) => port)
}

async function routerPort(client: HostClient): Promise<number> {
  const { url } = (await client.service('bench', 'bench'))!
  return Number(new URL(url!).port)
}

async function startBare(target: number): Promise<{ port: number; pid: number }> {
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'router', 'bare-proxy.mjs')], {
    env: { PORT: String(port), TARGET: String(target) },
    stdio: 'inherit',
  })
  children.push(child)
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}`).catch(() => null)
    if (answer?.ok) return { port, pid: child.pid! }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function measure({ port, pid }: { port: number; pid: number | null }): Promise<Measured> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: clients, pipelining: 1 })
  const times: number[] = []
  const cpuBefore = cpuOf(pid)
  const started = performance.now()
  let left = requests
  const work = Array.from({ length: clients }, async () => {
    while (left-- > 0) {
      const asked = performance.now()
      const { body, statusCode } = await pool.request({ path: '/', method: 'GET' })
      await body.dump()
      if (statusCode !== 200) throw new Error(`status ${statusCode}`)
      times.push(performance.now() - asked)
    }
  })
  await Promise.all(work)
  const seconds = (performance.now() - started) / 1_000
  const cpu = ((cpuOf(pid) - cpuBefore) * 1_000_000) / requests
  await pool.close()
  times.sort((a, b) => a - b)
  return { perSecond: requests / seconds, cpu, p99: times[Math.floor(times.length * 0.99)]! }
}

/** Seconds of processor time a process has used; Linux counts them in hundredths. */
function cpuOf(pid: number | null): number {
  if (pid === null || process.platform !== 'linux') return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function report(seen: Record<string, Measured[]>): void {
  const middle = (name: string, key: keyof Measured) => median(seen[name]!.map(measured => measured[key]))
  const [bareCpu, routerCpu] = [middle('bare', 'cpu'), middle('router', 'cpu')]
  const figures: Figure[] = [
    { what: 'direct', value: middle('direct', 'perSecond'), unit: 'requests/s' },
    { what: 'bare proxy', value: middle('bare', 'perSecond'), unit: 'requests/s' },
    { what: 'router', value: middle('router', 'perSecond'), unit: 'requests/s' },
    { what: 'bare proxy, processor time', value: bareCpu, unit: 'µs/request' },
    { what: 'router, processor time', value: routerCpu, unit: 'µs/request' },
    { what: 'router, on one core', value: 1_000_000 / routerCpu, unit: 'requests/s' },
    { what: 'router against bare proxy, processor time', value: bareCpu / routerCpu, unit: '×', atLeast: 0.6 },
    { what: 'bare proxy, p99', value: middle('bare', 'p99'), unit: 'ms' },
    { what: 'router, p99', value: middle('router', 'p99'), unit: 'ms' },
  ]
  for (const figure of figures) console.log(JSON.stringify({ ...figure, value: Number(figure.value.toFixed(2)) }))
  for (const { what, value, unit, atLeast } of figures) {
    const limit = atLeast === undefined ? '' : `  (at least ${atLeast})`
    console.log(`${what.padEnd(44)}${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit}${limit}`)
  }
  if (figures.some(({ value, atLeast }) => atLeast !== undefined && !(value >= atLeast))) process.exitCode = 1
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
