import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../setup/server.ts'

/** Start-up time of `slipway serve` and the memory of all its processes at rest after a restart. Linux only. */
const limits = { readyMs: 8_000, restingMb: 1_000 }
const data = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
const options = { data, configuration: 'examples/checkout/slipway.yaml', args: ['--stop-instances'] }

try {
  const cold = await timed()
  await cold.server.stop()
  const warm: number[] = []
  for (let n = 0; n < 3; n += 1) {
    const again = await timed()
    warm.push(again.ms)
    if (n < 2) await again.server.stop()
    else await rest(again.server.pid, () => again.server.stop())
  }
  const median = warm.sort((a, b) => a - b)[1] as number
  figure('serve.ready.first', cold.ms, 'ms')
  figure('serve.ready.warm', median, 'ms', limits.readyMs)
} finally {
  rmSync(data, { recursive: true, force: true })
}

async function timed() {
  const began = performance.now()
  const server = await startServer(options)
  return { server, ms: Math.round(performance.now() - began) }
}

async function rest(pid: number, stop: () => Promise<void>): Promise<void> {
  await sleep(10_000)
  const each = processesOf(data, pid).map(({ name, kb }) => ({ name, mb: Math.round(kb / 1024) }))
  await stop()
  for (const { name, mb } of each) figure(`serve.memory.${name}`, mb, 'MB')
  figure(
    'serve.memory',
    each.reduce((sum, { mb }) => sum + mb, 0),
    'MB',
    limits.restingMb,
  )
}

/** Resident memory of the server and of every process that works on its data folder. */
function processesOf(folder: string, server: number): { name: string; kb: number }[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .flatMap(pid => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
      if (Number(pid) !== server && !command.includes(folder)) return []
      const name = ['temporal', 'pglite', 'host', 'serve'].find(part => command.includes(part)) ?? 'other'
      return [{ name, kb: Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) }]
    })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function figure(name: string, value: number, unit: string, limit?: number): void {
  console.log(
    JSON.stringify({ figure: name, value, unit, ...(limit === undefined ? {} : { limit, holds: value <= limit }) }),
  )
  if (limit !== undefined && !(value <= limit)) process.exitCode = 1
}
