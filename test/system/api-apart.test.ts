import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../api/client/client.ts'
import type { LiveEvent } from '../../api/client/events.ts'
import { keptPort } from '../kept-port.ts'
import { type Pglite, startPglite } from '../pglite.ts'
import { startTemporal, type TemporalServer } from '../temporal.ts'

const configuration = 'test/fixtures/api/slipway.yaml'
const token = 'one-token-for-all-servers-of-this-test'

describe('api and worker as processes of their own, on servers that are run elsewhere', () => {
  const children: ChildProcess[] = []
  let temporal: TemporalServer
  let store: Pglite
  let ports: number[]

  const url = (index: number) => `http://127.0.0.1:${ports[index]}`
  const client = (index: number) => createClient({ url: url(index), token })

  /** Resolves with what it said when it is ready, or has ended. */
  async function slipway(args: string[], env: Record<string, string | undefined> = {}): Promise<string> {
    const child = spawn(process.execPath, ['api/cli/bin.ts', ...args, '--config', configuration], {
      env: {
        ...process.env,
        ...{ DATABASE_URL: store.url, TEMPORAL_ADDRESS: temporal.address, SLIPWAY_TOKEN: token },
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
    const ready = new Promise<void>(resolve => {
      child.stdout.on('data', () => output.includes('is ready') && resolve())
    })
    await Promise.race([ready, once(child, 'close')])
    return output
  }

  beforeAll(async () => {
    ;[temporal, store, ports] = await Promise.all([
      startTemporal(),
      startPglite(),
      Promise.all([keptPort(), keptPort()]),
    ])
    const outputs = await Promise.all([
      slipway(['worker']),
      slipway(['api', '--port', String(ports[0])]),
      slipway(['api', '--port', String(ports[1])]),
    ])
    expect(outputs.join('')).toContain('slipway worker is ready')
  })

  afterAll(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    await store?.remove()
    await temporal?.stop()
  })

  test('a run that one server takes on is seen by the other, and one key is one run at both', async () => {
    const listening = new AbortController()
    const items: LiveEvent[] = []
    const listen = (async () => {
      for await (const item of client(1).events({ signal: listening.signal })) items.push(item)
    })()
    await expect.poll(() => items[0]?.type).toBe('live')
    const [one, other] = await Promise.all(
      [0, 1].map(index => client(index).startExecution({ name: 'nap', idempotencyKey: 'both' })),
    )
    expect(one).toEqual(other)
    expect((await client(1).getExecution({ id: one!.id, wait: '60s' })).status).toBe('succeeded')
    await expect.poll(() => items.filter(({ type }) => type === 'event').length).toBeGreaterThan(0)
    listening.abort()
    await listen
    expect((await client(0).getHealth()).status).toBe('ok')
  })

  test('a session that one server opened is known to the other', async () => {
    const link = new URL((await client(0).createLoginLink()).url)
    const opened = await fetch(`${url(0)}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: link.hash.slice('#code='.length) }),
    })
    const value = opened.headers.get('set-cookie')!.split(';')[0]!.split('=')[1]
    const cookie = `slipway_session_${ports[1]}=${value}`
    expect((await fetch(`${url(1)}/api/v1/session`, { headers: { cookie } })).status).toBe(200)
  })

  test('while the store is away requests are refused for now; afterwards all goes on', async () => {
    await store.stop()
    const refused = await client(0)
      .startExecution({ name: 'nap' })
      .catch(error => error)
    expect([refused.kind, refused.retryAfter]).toEqual(['unavailable', 2_000])
    expect(
      (
        await client(0)
          .listExecutions()
          .catch(error => error)
      ).kind,
    ).toBe('unavailable')
    expect((await client(0).getHealth()).checks.store).toBe('down')
    await store.start()
    await expect.poll(async () => (await client(0).getHealth()).status, { timeout: 30_000 }).toBe('ok')
    const { id } = await client(0).startExecution({ name: 'nap' })
    expect((await client(1).getExecution({ id, wait: '60s' })).status).toBe('succeeded')
  })

  test.each([
    ['api', 'DATABASE_URL'],
    ['api', 'TEMPORAL_ADDRESS'],
    ['api', 'SLIPWAY_TOKEN'],
    ['worker', 'DATABASE_URL'],
  ])('%s without %s says what is missing', async (command, variable) => {
    expect(await slipway([command], { [variable]: undefined })).toContain(`${variable} is not set`)
  })

  test('a token that can be guessed is refused', async () => {
    expect(await slipway(['api'], { SLIPWAY_TOKEN: 'short' })).toContain('at least 32 characters')
  })
})
