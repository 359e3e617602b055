import type { LookupAddress } from 'node:dns'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type GuardedClient, type GuardedClientOptions, guardedClient } from './client.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

interface Receiver {
  port: number
  seen: IncomingMessage[]
}

/** A real server on a loopback address, as whatever must not be reached, or may. */
async function receiver(
  address = '127.0.0.1',
  answer: RequestListener = (_, response) => response.end('reached'),
): Promise<Receiver> {
  const seen: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, address, resolve))
  opened.push({
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
  return { port: (server.address() as AddressInfo).port, seen }
}

function client(base: string, change: Partial<GuardedClientOptions> = {}): GuardedClient {
  const options = {
    name: 'ci',
    base: new URL(base),
    hosts: [],
    addresses: [],
    timeout: 5_000,
    largest: 10_000,
    ...change,
  }
  const made = guardedClient(options)
  opened.push(made)
  return made
}

const get = (to: GuardedClient, url = '/') => to.send({ method: 'GET', url }, new AbortController().signal)
const resolvesTo =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('an address that is not public', () => {
  const spellings = [
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1.',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
    'localhost.',
    'in_side.example',
  ]

  it.each(spellings)('is refused as %s, and nothing arrives', async host => {
    const { port, seen } = await receiver()
    const base = `http://${host}:${port}`
    const resolve = resolvesTo('127.0.0.1')
    await expect(get(client(base, { resolve }))).rejects.toMatchObject({ kind: 'Refused' })
    expect(seen).toEqual([])
    // The row would be worth nothing if the request could not have arrived.
    const open = client(base, { addresses: ['127.0.0.0/8'], resolve })
    expect((await get(open)).body).toBe('reached')
  })

  const addresses = [
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.0.170',
    '240.0.0.1',
    '::1',
    'fd00::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'fec0::1',
    '::127.0.0.1',
    '2001:db8::1',
    '100::1',
  ]

  it.each(addresses)('%s is refused behind a name', async address => {
    await expect(get(client('http://ci.example', { resolve: resolvesTo(address) }))).rejects.toMatchObject({
      kind: 'Refused',
      message: expect.stringMatching(/^ci\.example: /),
    })
  })

  it.each(['169.254.169.254', 'fe80::1', '0.0.0.0', '::', '224.0.0.1', '255.255.255.255'])(
    '%s is refused even when its network is named',
    async address => {
      const everything = ['0.0.0.0/0', '::/0']
      await expect(
        get(client('http://ci.example', { addresses: everything, resolve: resolvesTo(address) })),
      ).rejects.toThrow('never reached')
      const literal = address.includes(':') ? `[${address}]` : address
      await expect(get(client(`http://${literal}`, { addresses: everything }))).rejects.toThrow('never reached')
    },
  )

  it('makes a name bad that also has good ones', async () => {
    const { port, seen } = await receiver('127.0.0.2')
    const mixed = client(`http://ci.example:${port}`, {
      addresses: ['127.0.0.2/32'],
      resolve: resolvesTo('127.0.0.2', '127.0.0.1'),
    })
    await expect(get(mixed)).rejects.toThrow('127.0.0.1 is loopback')
    expect(seen).toEqual([])
  })

  it('is not reached by a name that changes its answer', async () => {
    const { port, seen } = await receiver('127.0.0.2', (_, response) =>
      response.setHeader('connection', 'close').end('good'),
    )
    const bad = await receiver('127.0.0.1')
    const answers = ['127.0.0.2', '127.0.0.1']
    let asked = 0
    const rebinding = client(`http://ci.example:${port}`, {
      addresses: ['127.0.0.2/32'],
      resolve: async () => [{ address: answers[asked++]!, family: 4 }],
    })
    expect((await get(rebinding)).body).toBe('good')
    // One answer a connection: what was checked is what is connected to.
    expect(asked).toBe(1)
    await expect(get(rebinding)).rejects.toMatchObject({ kind: 'Refused' })
    expect(seen).toHaveLength(1)
    expect(bad.seen).toEqual([])
  })
})

describe('an origin that is not allowed', () => {
  const rows = [
    'http://other.example/',
    'http://ci_test.example/',
    'http://ci.example./',
    'https://ci.example/',
    'http://ci.example:81/',
    'http://ci.example@other.example/',
    'http://user:word@ci.example/',
    'ftp://ci.example/',
    'file:///etc/passwd',
    'gopher://ci.example/',
    'http:/\\other.example',
    '\\\\other.example',
  ]

  it.each(rows)('is refused: %s', async url => {
    const resolve = async () => Promise.reject(new Error('it was looked up'))
    await expect(get(client('http://ci.example', { resolve }), url)).rejects.toMatchObject({ kind: 'Refused' })
  })

  it('is not reached by a path that looks like a host', async () => {
    const { port, seen } = await receiver()
    await get(client(`http://127.0.0.1:${port}`, { addresses: ['127.0.0.1/32'] }), '//other.example/')
    expect(seen[0]!.url).toBe('//other.example/')
  })

  it('stays refused when it is written with an underscore or a dot at its end', async () => {
    for (const host of ['a_b.example', 'ci.example.']) {
      const { port, seen } = await receiver()
      await expect(get(client(`http://${host}:${port}`, { resolve: resolvesTo('127.0.0.1') }))).rejects.toMatchObject({
        kind: 'Refused',
      })
      expect(seen).toEqual([])
    }
  })

  it.each(['/../admin', '/%2e%2e/admin', '/x/../../admin', '/..\\admin'])(
    'cannot be left by the path %s',
    async path => {
      await expect(get(client('http://ci.example/api'), path)).rejects.toThrow('leads out of http://ci.example/api')
    },
  )
})

describe('a redirect', () => {
  const local = { addresses: ['127.0.0.0/8'] }
  const to =
    (location: string, status = 302): RequestListener =>
    (_, response) =>
      response.writeHead(status, { location }).end()

  it('to the metadata service is refused, allowed origin or not', async () => {
    const { port } = await receiver('127.0.0.1', to('http://169.254.169.254/latest/meta-data/'))
    await expect(get(client(`http://127.0.0.1:${port}`, local))).rejects.toThrow('may not reach http://169.254.169.254')
    const allowed = client(`http://127.0.0.1:${port}`, { ...local, hosts: ['http://169.254.169.254'] })
    await expect(get(allowed)).rejects.toThrow('169.254.169.254 is linkLocal')
  })

  it('to another origin is refused, and nothing arrives there', async () => {
    const inner = await receiver()
    const { port } = await receiver('127.0.0.1', to(`http://127.1:${inner.port}/`))
    await expect(get(client(`http://127.0.0.1:${port}`, local))).rejects.toMatchObject({ kind: 'Refused' })
    expect(inner.seen).toEqual([])
  })

  it('to an allowed origin is followed without the credentials', async () => {
    const other = await receiver('127.0.0.3')
    const { port, seen } = await receiver('127.0.0.2', to(`http://127.0.0.3:${other.port}/there`, 307))
    const both = client(`http://127.0.0.2:${port}`, { ...local, hosts: [`http://127.0.0.3:${other.port}`] })
    const answer = await both.send(
      { method: 'POST', url: '/', body: 'x', credentials: { authorization: 'Bearer s' } },
      new AbortController().signal,
    )
    expect(answer).toMatchObject({ status: 200, body: 'reached', url: `http://127.0.0.3:${other.port}/there` })
    expect(seen[0]!.headers.authorization).toBe('Bearer s')
    expect(other.seen[0]!.method).toBe('POST')
    expect(other.seen[0]!.headers.authorization).toBeUndefined()
  })

  it('keeps the credentials at home, and turns 303 into GET', async () => {
    const { port, seen } = await receiver('127.0.0.1', (request, response) => {
      if (request.url === '/there') response.end('there')
      else response.writeHead(303, { location: '/there' }).end()
    })
    const answer = await client(`http://127.0.0.1:${port}`, local).send(
      { method: 'POST', url: '/', body: 'x', credentials: { authorization: 'a' } },
      new AbortController().signal,
    )
    expect(answer.body).toBe('there')
    expect(seen[1]).toMatchObject({ method: 'GET', headers: { authorization: 'a' } })
  })

  it('is not followed for ever', async () => {
    const { port, seen } = await receiver('127.0.0.1', to('/again'))
    await expect(get(client(`http://127.0.0.1:${port}`, local))).rejects.toThrow('redirected 5 times')
    expect(seen).toHaveLength(6)
  })

  it('of a POST by 302 is the answer: whether to send it again is anybody’s guess', async () => {
    const { port, seen } = await receiver('127.0.0.1', to('/again'))
    const { status } = await client(`http://127.0.0.1:${port}`, local).send(
      { method: 'POST', url: '/' },
      new AbortController().signal,
    )
    expect(status).toBe(302)
    expect(seen).toHaveLength(1)
  })
})

describe('an answer', () => {
  const local = { addresses: ['127.0.0.1/32'] }

  it('that is too large is not read to its end', async () => {
    let sent = 0
    const { port } = await receiver('127.0.0.1', (_, response) => {
      const more = () => {
        while (!response.destroyed && sent < 1e8 && response.write('x'.repeat(10_000))) sent += 10_000
      }
      response.on('drain', more)
      more()
    })
    await expect(get(client(`http://127.0.0.1:${port}`, local))).rejects.toThrow('more than 10000 bytes')
    expect(sent).toBeLessThan(1e8)
  })

  it.each<[string, RequestListener]>([
    ['never comes', () => {}],
    ['drips', (_, response) => void setInterval(() => response.write('x'), 20).unref()],
  ])('that %s ends with the time', async (_, answer) => {
    const { port } = await receiver('127.0.0.1', answer)
    await expect(get(client(`http://127.0.0.1:${port}`, { ...local, timeout: 300 }))).rejects.toMatchObject({
      kind: 'Unavailable',
      message: 'connection ci did not answer within 0.3 s',
    })
  })

  it('that cannot come says why', async () => {
    const { port } = await receiver('127.0.0.1', (_, response) => response.destroy())
    await expect(get(client(`http://127.0.0.1:${port}`, local))).rejects.toThrow(/connection ci cannot be reached: /)
  })

  it('is given up when whoever asked gives up', async () => {
    const { port } = await receiver('127.0.0.1', () => {})
    const canceled = AbortSignal.timeout(50)
    await expect(
      client(`http://127.0.0.1:${port}`, local).send({ method: 'GET', url: '/' }, canceled),
    ).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})
