import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { embeddedEnvironment, embeddedSettings } from '../api/main/children/temporal.ts'
import { temporalCli } from '../setup/temporal.mjs'
import { keptPort } from './kept-port.ts'

export interface TemporalServer {
  address: string
  /** URL of what it tells Prometheus of itself. */
  metrics: string
  namespace: string
  pid: number
  /** Where its database is. */
  folder: string
  client: Client
  stop(): Promise<void>
}

/**
 * A real Temporal server on free loopback ports, in a folder of its own that goes with it. `settings`: values of its
 * dynamic configuration.
 */
export async function startTemporal(settings: Readonly<Record<string, string>> = {}): Promise<TemporalServer> {
  const cli = await temporalCli({ log: () => {} })
  const folder = mkdtempSync(join(tmpdir(), 'slipway-temporal-'))
  const [port, http, metrics] = [await keptPort(), await keptPort(), await keptPort()]
  const child = spawn(
    cli,
    [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--http-port', String(http), '--metrics-port', String(metrics)],
      ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'error'],
      ...embeddedSettings(settings),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...embeddedEnvironment } },
  )
  let output = ''
  child.stderr.on('data', chunk => {
    output = (output + chunk).slice(-4_000)
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const address = `127.0.0.1:${port}`
  const connection = await connect(address, () => {
    if (child.exitCode !== null) throw new Error(`Temporal ended at once:\n${output}`)
  })
  return {
    address,
    metrics: `http://127.0.0.1:${metrics}/metrics`,
    namespace: 'default',
    pid: child.pid!,
    folder,
    client: new Client({ connection, namespace: 'default' }),
    async stop() {
      await connection.close()
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The server answers before its namespace is there. */
async function connect(address: string, check: () => void): Promise<Connection> {
  for (let tries = 1; ; tries += 1) {
    check()
    let connection: Connection | null = null
    try {
      connection = await Connection.connect({ address, connectTimeout: 500 })
      await connection.workflowService.describeNamespace({ namespace: 'default' })
      await connection.workflowService.listWorkflowExecutions({ namespace: 'default', pageSize: 1 })
      return connection
    } catch (error) {
      await connection?.close()
      if (tries === 150) throw error
      await sleep(100)
    }
  }
}
