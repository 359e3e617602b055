import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from '../pipeline/schema/configuration/connections.ts'
import { connection as schema } from '../pipeline/schema/configuration/connections.ts'
import { toActivityFailure } from './activity-failure.ts'
import { call } from './call.ts'
import { connectionsOf } from './connections.ts'
import { localSecrets } from './secrets/secrets.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function service(answer: RequestListener) {
  const seen: (IncomingMessage & { text?: string })[] = []
  const server = createServer(async (request: IncomingMessage & { text?: string }, response) => {
    request.text = (await request.toArray()).join('')
    seen.push(request)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const ci = schema.parse({
    ...{ type: 'http', url: `http://127.0.0.1:${port}/api`, addresses: ['127.0.0.1/32'] },
    headers: { authorization: { env: 'CI_TOKEN' }, accept: 'application/json' },
  })
  const connections: Record<string, Connection> = { ci }
  const resources = {
    ...{ connections: connectionsOf(connections), secrets: localSecrets({ CI_TOKEN: 'Bearer s3cret' }) },
    ...{ signal: new AbortController().signal, now: () => Date.parse('2026-01-01T00:00:00Z') },
  }
  const ask = (change: object = {}) =>
    call({ id: 'run/hook/1', connection: 'ci', method: 'POST', url: '/jobs', ...change }, resources)
  return { seen, ask }
}

describe('a call over a connection', () => {
  it('brings its secrets, its name and what it says', async () => {
    const { seen, ask } = await service((_, response) =>
      response.writeHead(201, { location: '/api/jobs/7' }).end('{"id":7}'),
    )
    expect(await ask({ body: '{"a":1}' })).toEqual({
      status: 201,
      answer: '{"id":7}',
      location: '/api/jobs/7',
      found: {},
      retryAfter: null,
    })
    const [{ method, url, headers, text }] = seen as [(typeof seen)[0]]
    expect({ method, url, text }).toEqual({ method: 'POST', url: '/api/jobs', text: '{"a":1}' })
    expect(headers).toMatchObject({
      authorization: 'Bearer s3cret',
      'idempotency-key': 'run/hook/1',
      'content-type': 'application/json',
    })
  })

  it('hears nothing of its secrets again, whoever repeats them', async () => {
    const { ask } = await service((request, response) => {
      const { authorization = '' } = request.headers
      const said = JSON.stringify({ said: authorization, coded: Buffer.from(`x:${authorization}`).toString('base64') })
      response.writeHead(401, { location: `/?key=${encodeURIComponent(authorization)}` }).end(said)
    })
    const heard = JSON.stringify(await ask({ find: { said: '$.said' } }))
    expect(heard).toContain('[secret]')
    expect(heard).not.toMatch(/s3cret|czNjcmV0|M2NyZX/)
  })

  it('finds scalars in the answer, and nothing where there is none', async () => {
    const { ask } = await service((_, response) =>
      response.end('{"build":{"state":"DONE","n":7,"list":[true]},"a b":1}'),
    )
    const find = {
      state: '$.build.state',
      n: '$.build.n',
      item: '$.build.list[0]',
      quoted: "$['a b']",
      map: '$.build',
      gone: '$.x.y',
    }
    expect((await ask({ find })).found).toEqual({ state: 'DONE', n: 7, item: true, quoted: 1, map: null, gone: null })
  })

  it('finds nothing in what is no JSON', async () => {
    const { ask } = await service((_, response) => response.end('<html>'))
    expect((await ask({ find: { state: '$.state' } })).found).toEqual({ state: null })
  })

  it('has an answer in 4xx, and none in 429 and 5xx', async () => {
    const { ask } = await service((request, response) => response.writeHead(Number(request.url!.slice(-3))).end())
    expect((await ask({ url: '/404' })).status).toBe(404)
    for (const url of ['/429', '/500', '/503'])
      await expect(ask({ url })).rejects.toMatchObject({ kind: 'Unavailable' })
  })

  it('waits as long as the other side asks, within reason', async () => {
    const waits = {
      '7': 7_000,
      '86400': 300_000,
      'Thu, 01 Jan 2026 00:00:30 GMT': 30_000,
      soon: null,
      'Wed, 31 Dec 2025 00:00:00 GMT': 0,
    }
    for (const [text, wait] of Object.entries(waits)) {
      const { ask } = await service((_, response) => response.writeHead(503, { 'retry-after': text }).end())
      const failure = await ask().catch(error => error)
      expect(failure.retryAfter).toBe(wait)
      if (wait !== null) expect(toActivityFailure(failure)).toMatchObject({ nextRetryDelay: wait, nonRetryable: false })
    }
  })

  it('goes nowhere else, and needs a connection of that type', async () => {
    const { ask, seen } = await service((_, response) => response.end())
    await expect(ask({ url: '/../admin' })).rejects.toMatchObject({ kind: 'Refused' })
    await expect(ask({ url: 'http://169.254.169.254/' })).rejects.toMatchObject({ kind: 'Refused' })
    await expect(ask({ connection: 'other' })).rejects.toThrow('there is no connection "other"; known are ci')
    expect(seen).toEqual([])
  })
})
