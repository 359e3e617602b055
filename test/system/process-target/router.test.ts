import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { residentOf } from '../../proof/resident.ts'
import { openWorld, release, service, until, versionsOf, type Who, type World, who } from './world.ts'

/** One service with everything off, one that allows the header, one with a sticky cookie; each with a canary. */
const plain: string = service
const steered = `${service}-1`
const sticky = `${service}-2`

let world: World
let url: string

beforeAll(async () => {
  world = await openWorld({ responseTimeout: 600 }, { clusterHeader: true }, { stickyCookie: 'cluster' })
  for (const name of [plain, steered, sticky]) {
    await world.target.apply(name, { role: 'stable', release: release('1'), instances: 2 }, world.op())
    await world.target.apply(name, { role: 'canary', release: release('2'), instances: 1 }, world.op())
  }
  url = await world.url(plain)
})
afterAll(() => world?.close())

const route = (weights: Record<string, number>, name: string = plain) => world.target.route(name, weights, world.op())

async function counts(role: 'stable' | 'canary', version: string, name: string = plain) {
  const window = { from: Date.now() - 600_000, to: (Math.floor(Date.now() / 1_000) + 1) * 1_000 }
  const query = { target: world.name, service: name, role, version, ...window }
  return (await world.host.counts(query, new AbortController().signal))!
}

/** How much the counters of a cluster grow while something happens. */
async function growth(role: 'stable' | 'canary', version: string, during: () => Promise<unknown>, name = plain) {
  const before = await counts(role, version, name)
  await during()
  const after = await counts(role, version, name)
  const abandoned = (of: typeof before) => of.abandoned.reduce((sum, count) => sum + count, 0)
  return {
    requests: after.requests - before.requests,
    failures: after.failures - before.failures,
    abandoned: abandoned(after) - abandoned(before),
  }
}

describe('weights', () => {
  it('are exact: 5 % of 1,000 requests are 50', async () => {
    await route({ stable: 95, canary: 5 })
    const seen = await versionsOf(url, 1_000)
    expect(seen['1']! + seen['2']!).toBe(1_000)
    expect(Math.abs(seen['2']! - 50)).toBeLessThanOrEqual(1)
  })

  it('of 0 and 100 are absolute', async () => {
    await route({ canary: 100 })
    expect(await versionsOf(url, 50)).toEqual({ 2: 50 })
    await route({ stable: 100 })
    expect(await versionsOf(url, 50)).toEqual({ 1: 50 })
  })

  it('are shared evenly by the instances of a cluster', async () => {
    const instances = new Map<string, number>()
    for (let i = 0; i < 40; i++) {
      const { instance } = await who(url)
      instances.set(instance, (instances.get(instance) ?? 0) + 1)
    }
    expect([...instances.values()]).toEqual([20, 20])
  })
})

describe('a request', () => {
  it('arrives as it was sent, and says where it came from', async () => {
    const response = await fetch(`${url}/headers?a=1&b=%2e%2e/x`, { headers: { 'x-mine': 'yes', te: 'trailers' } })
    const seen = (await response.json()) as { url: string; headers: Record<string, string> }
    expect(seen.url).toBe('/headers?a=1&b=%2e%2e/x')
    expect(seen.headers).toMatchObject({
      'x-mine': 'yes',
      host: new URL(url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(url).host,
    })
    expect(seen.headers.te).toBeUndefined()
  })

  it('keeps dots and slashes in its path', async () => {
    const answer = await raw(`GET /headers/../headers//x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 404/)
  })

  it('carries a body of any size, both ways at once', async () => {
    const body = randomBytes(8 * 1024 * 1024)
    const response = await fetch(`${url}/echo`, { method: 'POST', body })
    const echoed = Buffer.from(await response.arrayBuffer())
    expect(createHash('sha256').update(echoed).digest('hex')).toBe(createHash('sha256').update(body).digest('hex'))
  })

  it('gets its answer as it comes, not when it is whole', async () => {
    const asking = request(`${url}/drip`, { method: 'POST' })
    asking.write('begun')
    const response = await new Promise<import('node:http').IncomingMessage>(resolve => asking.once('response', resolve))
    const [first] = await once(response, 'data')
    expect(String(first)).toBe('first')
    const ended = once(response, 'end')
    asking.end('done')
    const [last] = await once(response, 'data')
    expect(String(last)).toBe('last')
    await ended
  })

  it('that is read slowly does not fill the memory of the router', async () => {
    const response = await new Promise<import('node:http').IncomingMessage>(resolve =>
      request(`${url}/flood`, resolve).end(),
    )
    await sleep(500)
    const { pid } = (await world.host.ping()).identity
    expect(residentMegabytes(pid)).toBeLessThan(300)
    let received = 0
    for await (const chunk of response) received += (chunk as Buffer).length
    expect(received).toBe(64 * 1024 * 1024)
  })

  it.each([
    ['nonsense', 'NONSENSE\r\n\r\n', 400],
    ['headers that never end', `GET / HTTP/1.1\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
    ['an authority in place of a path', 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    ['two lengths', 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
  ])('with %s is refused', async (_, text, status) => {
    expect(await raw(text)).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  })

  it('that offers another protocol than websocket is answered as if it had not', async () => {
    const offer = 'connection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n'
    expect(await raw(`GET /who HTTP/1.1\r\nhost: x\r\n${offer}\r\n`)).toMatch(/^HTTP\/1\.1 200/)
  })

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.setTimeout(5_000, () => reject(new Error(`no answer but: ${answer}`)))
      socket.on('data', chunk => {
        answer += chunk
        socket.end()
      })
      socket.on('close', () => resolve(answer))
      socket.on('error', reject)
    })
  }
})

describe('what is counted', () => {
  it('is each answer, by cluster and version', async () => {
    await route({ stable: 50, canary: 50 })
    const grown = await growth('canary', '2', () => versionsOf(url, 40))
    expect(grown).toEqual({ requests: 20, failures: 0, abandoned: 0 })
  })

  it.each(['/fail', '/cut', '/reset', '/odd-status', '/switch'])('is a failure for %s', async path => {
    await route({ canary: 100 })
    const grown = await growth('canary', '2', async () => {
      const answer = await fetch(url + path)
      await answer.text().catch(() => {})
    })
    expect(grown.failures).toBe(grown.requests)
    expect(grown.failures).toBe(1)
    await route({ stable: 100 })
  })

  it('is each attempt: what broke before its answer is tried on the old version and still counts', async () => {
    await route({ stable: 50, canary: 50 })
    const seen: number[] = []
    const grown = await growth('canary', '2', async () => {
      for (let i = 0; i < 4; i++) seen.push((await fetch(`${url}/reset`)).status)
    })
    expect(grown).toMatchObject({ requests: 2, failures: 2 })
    expect(new Set(seen)).toEqual(new Set([502]))
    await route({ stable: 100 })
  })

  it('is never done twice for what may not be repeated', async () => {
    await route({ canary: 100 })
    const grown = await growth('stable', '1', () => fetch(`${url}/reset`, { method: 'POST', body: 'x' }))
    expect(grown.requests).toBe(0)
    await route({ stable: 100 })
  })

  it('is an answer that does not come in time, which the client hears of', async () => {
    await route({ canary: 100 })
    const grown = await growth('canary', '2', async () => {
      expect((await fetch(`${url}/hang`)).status).toBe(504)
    })
    expect(grown).toEqual({ requests: 1, failures: 1, abandoned: 0 })
    await route({ stable: 100 })
  })

  it('is kept apart when the client gives up', async () => {
    await route({ canary: 100 })
    const grown = await growth('canary', '2', async () => {
      await fetch(`${url}/hang`, { signal: AbortSignal.timeout(100) }).catch(() => {})
      await sleep(100)
    })
    expect(grown).toEqual({ requests: 0, failures: 0, abandoned: 1 })
    await route({ stable: 100 })
  })

  it('survives answers no client should get', async () => {
    const response = await fetch(`${url}/odd-reason`)
    expect(await response.text()).toBe('ok')
    expect((await who(url)).version).toBe('1')
  })

  it('is told to Prometheus', async () => {
    const text = await world.host.metrics()
    expect(text).toMatch(
      /slipway_router_requests_total\{target="\w+",service="shop",cluster="canary",version="2",instance="shop-\w+",route="weighted"\} \d+/,
    )
    expect(text).toMatch(/slipway_router_request_duration_seconds_bucket\{le="0\.5",/)
    expect(text).toMatch(/slipway_router_failures_total\{/)
    expect(text).toMatch(/slipway_router_abandoned_total\{/)
  })
})

describe('a WebSocket', () => {
  const open = async (headers = {}, name = plain) => {
    const address = (await world.url(name)).replace('http', 'ws')
    const socket = new WebSocket(`${address}/socket`, { headers })
    const [first] = await once(socket, 'message')
    return { socket, me: JSON.parse(String(first)) as Who }
  }

  it('passes through, both ways, and counts once', async () => {
    await route({ stable: 100 })
    const grown = await growth('stable', '1', async () => {
      const { socket, me } = await open()
      expect(me.version).toBe('1')
      socket.send('there and back')
      const [echoed] = await once(socket, 'message')
      expect(String(echoed)).toBe('there and back')
      socket.close()
      await once(socket, 'close')
    })
    expect(grown).toEqual({ requests: 1, failures: 0, abandoned: 0 })
  })

  it('goes by weight and by header', async () => {
    await route({ canary: 100 })
    const { socket, me } = await open()
    expect(me.version).toBe('2')
    socket.terminate()
    await route({ stable: 100 })
    const forced = await open({ 'x-slipway-cluster': 'canary' }, steered)
    expect(forced.me.version).toBe('2')
    forced.socket.terminate()
  })

  it('that is refused by the release is refused', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/who`)
    const [error] = await once(socket, 'error')
    expect(String(error)).toMatch(/Unexpected server response: (400|200)/)
  })
})

describe('the cluster header', () => {
  const forced = { 'x-slipway-cluster': 'canary' }

  it('means nothing where it is not allowed, and does not reach the release', async () => {
    await route({ stable: 100 })
    expect((await who(url, forced)).version).toBe('1')
    const { headers } = (await (await fetch(`${url}/headers`, { headers: forced })).json()) as { headers: object }
    expect(headers).not.toHaveProperty('x-slipway-cluster')
  })

  it('chooses the cluster where it is allowed, and is never judged', async () => {
    await route({ stable: 100 }, steered)
    const address = await world.url(steered)
    const grown = await growth(
      'canary',
      '2',
      async () => {
        for (let i = 0; i < 20; i++) expect((await who(address, forced)).version).toBe('2')
      },
      steered,
    )
    expect(grown).toEqual({ requests: 0, failures: 0, abandoned: 0 })
    expect(await world.host.metrics()).toMatch(/service="shop-1",cluster="canary".*route="header"\} 2\d/)
  })

  it('is refused when it names no cluster, or one that is not there', async () => {
    const address = await world.url(steered)
    const wrong = await fetch(`${address}/who`, { headers: { 'x-slipway-cluster': 'kanary' } })
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringMatching(/no cluster ..kanary..*canary/)])
    const absent = await fetch(`${address}/who`, { headers: { 'x-slipway-cluster': 'preview' } })
    expect(absent.status).toBe(503)
  })
})

describe('the sticky cookie', () => {
  it('keeps a client on its cluster until that has no more traffic; new clients go by weight', async () => {
    await route({ stable: 50, canary: 50 }, sticky)
    const address = await world.url(sticky)
    const cookies = new Map<string, string>()
    for (let i = 0; i < 10; i++) {
      const response = await fetch(`${address}/who`)
      const { version } = (await response.json()) as Who
      const cookie = response.headers.get('set-cookie')!
      expect(cookie).toMatch(/^cluster=\w+; Path=\/; HttpOnly; SameSite=Lax$/)
      cookies.set(version, cookie.split(';')[0]!)
    }
    expect([...cookies.keys()].sort()).toEqual(['1', '2'])
    for (const [version, cookie] of cookies)
      for (let i = 0; i < 5; i++) expect((await who(address, { cookie })).version).toBe(version)
    await route({ stable: 100 }, sticky)
    expect((await who(address, { cookie: cookies.get('2')! })).version).toBe('1')
  })

  it('sends requests that are not judged', async () => {
    await route({ stable: 50, canary: 50 }, sticky)
    const address = await world.url(sticky)
    let cookie = ''
    await until(async () => {
      const response = await fetch(`${address}/who`)
      cookie = response.headers.get('set-cookie')!.split(';')[0]!
      return ((await response.json()) as Who).version === '2'
    }, 'a cookie of the canary')
    const grown = await growth(
      'canary',
      '2',
      async () => {
        for (let i = 0; i < 10; i++) await who(address, { cookie })
      },
      sticky,
    )
    expect(grown.requests).toBe(0)
  })
})

function residentMegabytes(pid: number): number {
  return residentOf(pid) / 1_024 ** 2
}
