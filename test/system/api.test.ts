import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../api/client/events.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { pgliteChild } from '../../store/pglite/spec.ts'
import { openStore } from '../../store/postgres.ts'
import { keptPort } from '../kept-port.ts'

const configuration = 'test/fixtures/api/slipway.yaml'

describe('a server with all its real parts', () => {
  const data = mkdtempSync(join(tmpdir(), 'slipway-api-'))
  let port: number
  let server: Server

  // The same port every time, so that clients find the server again.
  const start = async () =>
    startServer({ data, configuration, args: ['--stop-instances', '--port', String(port), '--log-level', 'debug'] })

  beforeAll(async () => {
    port = await keptPort()
    server = await start()
  })

  afterAll(async () => {
    await server?.stop()
    rmSync(data, { recursive: true, force: true })
  })

  test('starts a run, waits for its end and lists it', async () => {
    const started = await server.client.startExecution({ name: 'nap' })
    expect(started.status).toBe('queued')
    const ended = await server.client.getExecution({ id: started.id, wait: '30s' })
    expect(ended).toMatchObject({ status: 'succeeded', pending: [] })
    const { items } = await server.client.listExecutions({ pipeline: 'nap', status: ['succeeded'] })
    expect(items.map(({ id }) => id)).toContain(started.id)
  })

  test('a long poll answers when the run ends, and no later than asked', async () => {
    const { id } = await server.client.startExecution({ name: 'sleep' })
    const begun = performance.now()
    expect((await server.client.getExecution({ id, wait: '700ms' })).status).toBe('running')
    expect(performance.now() - begun).toBeGreaterThan(650)
    const waiting = server.client.getExecution({ id, wait: '60s' })
    await server.client.cancelExecution({ id, body: { reason: 'enough' } })
    expect((await waiting).status).toBe('canceled')
    await expect(server.client.cancelExecution({ id })).rejects.toMatchObject({ kind: 'already-ended' })
  })

  test('1,000 requests at once with one key are one run and one answer', async () => {
    const path = `${server.url}/api/v1/pipelines/nap/executions`
    const headers = {
      authorization: `Bearer ${server.token}`,
      'content-type': 'application/json',
      'idempotency-key': 'thousand',
    }
    const ask = async () => {
      const response = await fetch(path, { method: 'POST', headers, body: '{}' })
      return {
        status: response.status,
        replayed: response.headers.get('idempotency-replayed'),
        body: await response.text(),
      }
    }
    const answers = await Promise.all(Array.from({ length: 1_000 }, ask))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers.filter(({ replayed }) => replayed === 'true')).toHaveLength(999)
    expect((await ask()).body).toBe(answers[0]!.body)
  })

  test('one key at once with two bodies is one run; whoever asked for the other is refused, then and later', async () => {
    const ask = async (index: number) => {
      const body = index % 2 === 0 ? {} : { overrideFreezes: true }
      const answer = server.client.startExecution({ name: 'nap', idempotencyKey: 'two-bodies', body })
      return answer.then(({ id }) => id).catch(({ kind, problem }) => `${problem.status} ${kind}`)
    }
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(index)))
    const [first, second] = [
      answers.filter((_, index) => index % 2 === 0),
      answers.filter((_, index) => index % 2 === 1),
    ]
    const mismatch = '422 idempotency-mismatch'
    const won = first.includes(mismatch) ? second : first
    expect([...new Set(answers)].sort()).toEqual([mismatch, won[0]!].sort())
    expect(new Set(won).size).toBe(1)
    expect([await ask(0), await ask(1)].sort()).toEqual([mismatch, won[0]!].sort())
  })

  test('what was read is not sent again, and what is said of a state reaches no later one', async () => {
    const { id } = await server.client.startExecution({ name: 'sleep' })
    await expect.poll(async () => (await server.client.getExecution({ id })).status).toBe('running')
    const read = async (headers: HeadersInit = {}) => {
      const authorization = `Bearer ${server.token}`
      const response = await fetch(`${server.url}/api/v1/executions/${id}`, { headers: { authorization, ...headers } })
      return { status: response.status, etag: response.headers.get('etag')!, text: await response.text() }
    }
    const { etag, text } = await read()
    await server.client.pauseExecution({ id, ifMatch: `"${JSON.parse(text).position}"` })
    await expect.poll(async () => (await server.client.getExecution({ id })).status).toBe('paused')
    const stale = server.client.cancelExecution({ id, ifMatch: etag })
    await expect(stale).rejects.toMatchObject({ kind: 'stale', problem: { status: 412 } })
    let known = etag
    const readAgain = async () => {
      const { etag: tag, ...answer } = await read({ 'if-none-match': known })
      known = tag
      return answer
    }
    await expect.poll(readAgain, { timeout: 30_000 }).toEqual({ status: 304, text: '' })
    await server.client.cancelExecution({ id, ifMatch: known })
    expect((await server.client.getExecution({ id, wait: '30s' })).status).toBe('canceled')
  })

  test('a cursor gives every run once', async () => {
    const wanted = await Promise.all(Array.from({ length: 12 }, () => server.client.startExecution({ name: 'nap' })))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await server.client.listExecutions({ limit: 5, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(wanted.map(({ id }) => id)))
    await expect(server.client.listExecutions({ cursor: 'made-up' })).rejects.toMatchObject({ kind: 'invalid-request' })
  })

  test('a run that has ended is rolled back by a linked one, once', async () => {
    const roll = async (version: string) => {
      const { id } = await server.client.startExecution({ name: 'roll', body: { parameters: { version } } })
      return server.client.getExecution({ id, wait: '60s' })
    }
    const first = await roll('1')
    expect(first.status).toBe('succeeded')
    await expect(server.client.rollbackExecution({ id: first.id })).rejects.toMatchObject({ kind: 'refused' })
    const second = await roll('2')
    const taken = await server.client.rollbackExecution({ id: second.id, body: { reason: 'smells' } })
    expect(taken.linked).toBe(true)
    expect(await server.client.rollbackExecution({ id: second.id })).toEqual(taken)
    const linked = await server.client.getExecution({ id: taken.execution, wait: '60s' })
    expect(linked).toMatchObject({ status: 'succeeded', rollbackOf: second.id, trigger: { type: 'rollback' } })
    const { items } = await server.client.listTargets()
    expect(items[0]!.services[0]!.clusters.find(({ role }) => role === 'stable')?.version).toBe('1')
  })

  test('promoting what is no canary is refused by the run itself', async () => {
    const { id } = await server.client.startExecution({ name: 'sleep' })
    await expect(server.client.promoteExecution({ id })).rejects.toMatchObject({ kind: 'refused' })
    expect(await server.client.rollbackExecution({ id })).toEqual({ execution: id, linked: false })
    expect(isFinal((await server.client.getExecution({ id, wait: '30s' })).status)).toBe(true)
  })

  test('events arrive once and in order while the server is killed and started again under the listener', async () => {
    const listening = new AbortController()
    const items: LiveEvent[] = []
    const listen = (async () => {
      for await (const item of server.client.events({ after: 0, signal: listening.signal })) items.push(item)
    })()
    for (let round = 0; round < 2; round++) {
      await Promise.all(Array.from({ length: 5 }, () => server.client.startExecution({ name: 'nap' })))
      await server.kill()
      server = await start()
    }
    const { id } = await server.client.startExecution({ name: 'nap' })
    await server.client.getExecution({ id, wait: '30s' })
    const last = (await server.client.getExecution({ id })).position
    const positions = () => items.flatMap(item => (item.type === 'event' ? [item.event.position] : []))
    await expect.poll(() => positions().at(-1), { timeout: 30_000 }).toBeGreaterThanOrEqual(last)
    listening.abort()
    await listen
    expect(positions()).toEqual(positions().map((_, index) => index + 1))
    expect(items.filter(({ type }) => type === 'lost').length).toBeGreaterThanOrEqual(2)
  })

  test('its children live on when it is killed, and are taken over', async () => {
    const before = [childPid('temporal'), childPid('store')]
    await server.kill()
    server = await start()
    expect([childPid('temporal'), childPid('store')]).toEqual(before)
    expect(server.output()).toContain('taking it over')
  })

  test.each(['temporal', 'store'])('%s is started again when it dies, and the server goes on', async child => {
    const before = childPid(child)
    process.kill(before, 'SIGKILL')
    await expect.poll(() => childPid(child), { timeout: 60_000, interval: 100 }).not.toBe(before)
    await expect.poll(async () => (await server.client.getHealth()).status, { timeout: 60_000 }).toBe('ok')
    const { id } = await server.client.startExecution({ name: 'nap' })
    expect((await server.client.getExecution({ id, wait: '60s' })).status).toBe('succeeded')
  })

  test('with the engine hanging, triggers are refused in time and nothing is left behind; reading goes on', async () => {
    const before = (await server.client.listExecutions({ limit: 200 })).items.length
    const pid = childPid('temporal')
    process.kill(pid, 'SIGSTOP')
    try {
      const refused = await server.client.startExecution({ name: 'nap' }).catch(error => error)
      expect([refused.kind, refused.retryAfter]).toEqual(['unavailable', 2_000])
      expect((await server.client.listExecutions({ limit: 200 })).items).toHaveLength(before)
      expect((await server.client.getHealth()).checks).toMatchObject({ store: 'ok', temporal: 'down' })
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await expect.poll(async () => (await server.client.getHealth()).checks.temporal, { timeout: 30_000 }).toBe('ok')
  })

  test('with the store hanging, a trigger is refused, and rollback and cancel are taken on', async () => {
    const { id } = await server.client.startExecution({ name: 'sleep' })
    await expect.poll(async () => (await server.client.getExecution({ id })).status).toBe('running')
    const pid = childPid('store')
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await server.client.cancelExecution({ id })).toEqual({ execution: id, linked: false })
      const refused = await server.client.startExecution({ name: 'nap' }).catch(error => error)
      expect(refused.kind).toBe('unavailable')
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await expect
      .poll(async () => (await server.client.getExecution({ id }).catch(() => null))?.status, { timeout: 60_000 })
      .toBe('canceled')
  })

  test('runs that were accepted by a server that died are started by the next one', async () => {
    const template = await server.client.startExecution({ name: 'nap' })
    await server.kill()
    // What a server leaves that dies between recording a run and starting it: the store knows it, Temporal does not.
    const store = await openStore(pgliteChild(join(data, 'store')).databaseUrl)
    const input = (await store.input(template.id))!
    const ids = Array.from({ length: 3 }, (_, index) => `nap-left-behind-${index}`)
    for (const id of ids)
      await store.begin({ principal: 'ci', idempotencyKey: id, bodyHash: id, input: { ...input, id } })
    await store.close()
    server = await start()
    for (const id of ids) expect((await server.client.getExecution({ id, wait: '60s' })).status).toBe('succeeded')
  })

  test('killed at any moment of a trigger, it never loses, doubles or forgets a run', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `kill-${index}`)
    const answered = new Map<string, string>()
    const asking = keys.map(async (key, index) => {
      await sleep(index * 10)
      const execution = await server.client.startExecution({ name: 'nap', idempotencyKey: key }).catch(() => null)
      if (execution !== null) answered.set(key, execution.id)
    })
    await sleep(150)
    await server.kill()
    await Promise.all(asking)
    server = await start()
    for (const key of keys) {
      const again = await server.client.startExecution({ name: 'nap', idempotencyKey: key })
      expect(again.id).toBe(answered.get(key) ?? again.id)
      expect((await server.client.getExecution({ id: again.id, wait: '60s' })).status).toBe('succeeded')
    }
  })

  test('a second server on the folder is refused, and one on a port that is taken', async () => {
    const second = await slipway(['serve', '--data', data, '--config', configuration])
    expect(second.code).toBe(9)
    expect(second.output).toContain(`is in use by slipway serve (process ${server.pid}, ${server.url})`)
    const other = mkdtempSync(join(tmpdir(), 'slipway-api-'))
    const taken = await slipway(['serve', '--data', other, '--config', configuration, '--port', String(port)])
    rmSync(other, { recursive: true })
    expect(taken.code).toBe(1)
    expect(taken.output).toContain(`127.0.0.1:${port} is in use`)
  })

  function childPid(child: string): number {
    return JSON.parse(readFileSync(join(data, child, 'child.json'), 'utf8')).pid
  }
})

function slipway(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['api/cli/bin.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
    child.on('close', code => resolve({ code, output }))
  })
}
