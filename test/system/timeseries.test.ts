import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from 'vitest'
import { metricProviderContract, type ProviderFixture } from '../../activities/metrics/contract.ts'
import type { Query } from '../../activities/metrics/provider.ts'
import { openProviders } from '../../activities/metrics/registry.ts'
import { freePort } from '../../activities/processes/ports.ts'
import { metricsConnection } from '../../pipeline/schema/configuration/metrics.ts'
import { component, whyMissing } from '../components.ts'

const influxd = component('influxdb')
const python = component('graphite')
const why = (name: 'influxdb' | 'graphite', path: string | null) => (path === null ? ` (${whyMissing(name)})` : '')

/** A minute of one event a second, and none of another kind. */
const to = Math.floor(Date.now() / 1_000) * 1_000
const window = { from: to - 30_000, to }

describe.skipIf(influxd === null)(`a real InfluxDB${why('influxdb', influxd)}`, () => {
  metricProviderContract('InfluxDB', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-influxdb-'))
    const [port, rpc] = [await freePort(), await freePort()]
    const file = join(folder, 'influxdb.conf')
    writeFileSync(file, influxConfiguration(folder, port, rpc))
    const child = spawn(influxd as string, ['run', '-config', file], { stdio: 'ignore' })
    const url = `http://127.0.0.1:${port}`
    await until(async () => (await fetch(`${url}/ping`)).status === 204)
    await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE shop' }) })
    const points = Array.from({ length: 60 }, (_, n) => {
      const at = (to - n * 1_000) * 1_000_000
      return `orders,cluster=canary failed=1,all=40,none=0 ${at}`
    })
    const written = await fetch(`${url}/write?db=shop`, { method: 'POST', body: points.join('\n') })
    if (written.status !== 204) throw new Error(await written.text())
    const select = (field: string, from = 'orders') =>
      `SELECT sum("${field}") FROM "${from}" WHERE "cluster" = 'canary' AND time > ${window.from}ms AND time <= ${to}ms`
    return fixtureOf(child, folder, {
      connection: { type: 'influxdb', url, database: 'shop' },
      present: { bad: select('failed'), total: select('all') },
      zero: { query: select('none') },
      absent: { query: select('failed', 'nothing') },
      nonsense: { query: 'SELECT nonsense(' },
    })
  })
})

describe.skipIf(python === null)(`a real Graphite${why('graphite', python)}`, () => {
  metricProviderContract('Graphite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-graphite-'))
    for (const part of ['whisper/shop/canary', 'log']) mkdirSync(join(folder, part), { recursive: true })
    writeFileSync(join(folder, 'graphite_of_a_test.py'), graphiteSettings(folder))
    for (const [name, value] of Object.entries({ failed: 1, all: 40, none: 0 })) whisper(folder, name, value)
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const child = spawn(python as string, ['-m', 'django', 'runserver', '--noreload', `127.0.0.1:${port}`], {
      env: { PATH: process.env.PATH, PYTHONPATH: folder, DJANGO_SETTINGS_MODULE: 'graphite_of_a_test' },
      stdio: 'ignore',
    })
    await until(async () => (await fetch(`${url}/render?target=constantLine(1)&format=json`)).ok)
    const sum = (name: string) => `sumSeries(shop.canary.${name})`
    return fixtureOf(child, folder, {
      connection: { type: 'graphite', url },
      present: { bad: sum('failed'), total: sum('all') },
      zero: { query: sum('none') },
      absent: { query: sum('nothing') },
      nonsense: { query: 'nonsense(shop.canary.all)' },
    })
  })
})

interface Asked {
  connection: object
  present: Query['expressions']
  zero: Query['expressions']
  absent: Query['expressions']
  nonsense: Query['expressions']
}

function fixtureOf(child: ChildProcess, folder: string, asked: Asked): ProviderFixture {
  const connection = metricsConnection.parse({ ...asked.connection, addresses: ['127.0.0.1/32'] })
  const host = { counts: async () => null, ping: async () => 0 as never }
  const provider = openProviders({ source: connection }, host).source!
  const queryFor = (kind: Query['kind'], expressions: Query['expressions']): Query => {
    return { metric: 'm', kind, selector: { target: 't', service: 's', role: 'canary', version: '1' }, expressions }
  }
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    provider,
    present: { query: queryFor('proportion', asked.present), window },
    zero: { query: queryFor('count', asked.zero), window },
    absent: { query: queryFor('count', asked.absent), window },
    nonsense: queryFor('count', asked.nonsense),
    breakSource: stop,
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds().catch(() => false)) return
    await sleep(100)
  }
  throw new Error('the server did not start within a minute')
}

function influxConfiguration(folder: string, port: number, rpc: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
`
}

function graphiteSettings(folder: string): string {
  return `from graphite.settings import *
SECRET_KEY = 'for this test only'
STORAGE_DIR = '${folder}'
WHISPER_DIR = '${folder}/whisper'
STANDARD_DIRS = [WHISPER_DIR]
LOG_DIR = '${folder}/log'
INDEX_FILE = '${folder}/index'
ALLOWED_HOSTS = ['127.0.0.1']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '${folder}/graphite.db'}}
`
}

/** What carbon would have written. */
function whisper(folder: string, name: string, value: number): void {
  const script = `import whisper
path = '${folder}/whisper/shop/canary/${name}.wsp'
whisper.create(path, [(1, 600)])
whisper.update_many(path, [(${to / 1_000} - n, ${value}) for n in range(60)])`
  const { status, stderr } = spawnSync(python as string, ['-c', script], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
