import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { metricsConnection } from '../../pipeline/schema/configuration/metrics.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { metricProviderContract, type ProviderFixture } from './contract.ts'
import { answers, type Recorded, type Told } from './hosted-answers.ts'
import type { Query } from './provider.ts'
import { openProviders } from './registry.ts'

/**
 * Providers whose real server is not here, against answers as their public documentation shows them (with where): each
 * is a real HTTP server that checks what it is asked. What this cannot show is that the documentation tells the truth.
 */

const to = Date.parse('2026-03-01T10:01:00.000Z')
const window = { from: to - 60_000, to }
const secrets: Secrets = {
  resolve: async reference => `secret-${'env' in reference ? reference.env : ''}`,
  hide: text => text,
}

function queryFor(expressions: Query['expressions'], kind: Query['kind'] = 'proportion'): Query {
  const selector = { target: 'eu', service: 'checkout', role: 'canary', version: '1.2.3' } as const
  return { metric: 'errors', kind, selector, expressions }
}

interface Hosted {
  fixture: ProviderFixture
  /** What was asked, newest last. */
  seen: Told[]
}

async function open(name: keyof typeof answers): Promise<Hosted> {
  const recorded: Recorded = answers[name]
  const seen: Told[] = []
  const server: Server = createServer(async (request, response) => {
    const told = await toldBy(request)
    seen.push(told)
    const { status, body } = recorded.answer(told, window)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = metricsConnection.parse({ ...recorded.connection, url, addresses: ['127.0.0.1/32'] })
  const host = { counts: async () => null, ping: async () => 0 as never }
  const provider = openProviders({ [name]: connection }, host, secrets)[name]!
  const stop = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  const both = (what: string) =>
    queryFor({ bad: recorded.query(`${what}-bad`), total: recorded.query(`${what}-total`) })
  return {
    seen,
    fixture: {
      provider,
      present: { query: both('present'), window },
      zero: { query: queryFor({ query: recorded.query('zero') }, 'count'), window },
      absent: { query: queryFor({ query: recorded.query('absent') }, 'count'), window },
      nonsense: queryFor({ query: recorded.query('nonsense') }, 'count'),
      breakSource: stop,
      close: async () => {
        if (server.listening) await stop()
      },
    },
  }
}

async function toldBy(request: IncomingMessage): Promise<Told> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const { headers, method = 'GET' } = request
  return { method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body: await text(request) }
}

for (const name of Object.keys(answers) as (keyof typeof answers)[]) {
  const { documented, present, headers } = answers[name]
  metricProviderContract(`${name} (recorded: ${documented})`, async () => (await open(name)).fixture)

  describe(`${name}, as documented`, () => {
    it('is asked with its credentials, and understood', async () => {
      const { fixture, seen } = await open(name)
      const { query } = fixture.present
      expect(await fixture.provider.query(query, window, AbortSignal.timeout(10_000))).toEqual([present])
      for (const told of seen) expect(told.headers).toMatchObject(headers)
      await fixture.close()
    })

    it('says what is wrong with several series, and with credentials', async () => {
      const { fixture } = await open(name)
      const ask = (what: string) =>
        fixture.provider.query(
          queryFor({ query: answers[name].query(what) }, 'count'),
          window,
          AbortSignal.timeout(10_000),
        )
      await expect(ask('several')).rejects.toThrow(new RegExp(`metric provider ${name}: .* (gives|finds) 2 `))
      await expect(ask('forbidden')).rejects.toMatchObject({ kind: 'Invalid' })
      await expect(ask('busy')).rejects.toMatchObject({ kind: 'Unavailable' })
      await fixture.close()
    })
  })
}
