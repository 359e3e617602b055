import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pushTo, signed } from '../../test/deliveries.ts'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'

const key = 'the-newest-key'
const oldKey = 'the-key-before'
const commit = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'

let api: FakeApi
beforeAll(async () => {
  process.env.TEST_HOOK_KEY = key
  process.env.TEST_HOOK_OLD_KEY = oldKey
  api = await startFakeApi({
    hooks: {
      ci: { type: 'github', secret: { env: 'TEST_HOOK_KEY' }, previous: { env: 'TEST_HOOK_OLD_KEY' } },
      registry: { type: 'token', secret: { env: 'TEST_HOOK_KEY' } },
      keyless: { type: 'github', secret: { env: 'TEST_HOOK_MISSING' } },
    },
  })
})
afterAll(() => api.stop())

beforeEach(() => {
  api.write('shop.yaml', pipeline('{ type: webhook, source: ci }'))
  api.store.audited.length = 0
})

function pipeline(...triggers: string[]): string {
  return `name: shop
application: store
parameters:
  version: { type: string, pattern: '^[\\w.-]+$' }
  count: { type: number, default: 1 }
triggers:
${triggers.map(trigger => `  - ${trigger}\n`).join('')}
stages:
  - { id: rest, type: wait, for: 1s }
`
}

async function send(request: RequestInit, source = 'ci') {
  const response = await fetch(`${api.url}/api/v1/hooks/${source}`, request)
  return { status: response.status, body: await response.json(), location: response.headers.get('location') }
}

let serial = 0
/** A payload that was never sent before. */
const fresh = (payload: object) => ({ ...payload, serial: ++serial })
const release = (version: unknown) => fresh({ parameters: { version } })

describe('a signed webhook', () => {
  test('starts a run with what its payload says, and answers with its id', async () => {
    const { status, body, location } = await send(signed(key, release('1.2.3')))
    expect(status).toBe(202)
    expect(body).toMatchObject({ source: 'ci', replayed: false, refused: [], reason: null })
    const [{ pipeline: name, execution }] = body.executions
    expect([name, location]).toEqual(['shop', `/api/v1/executions/${execution}`])
    expect(api.engine.running.get(execution)).toMatchObject({
      parameters: { version: '1.2.3', count: 1 },
      trigger: { type: 'webhook', by: 'hook:ci', detail: 'push' },
    })
    expect(api.store.audited).toMatchObject([
      { actor: 'hook:ci', action: 'execution.start', subject: `execution:${execution}`, outcome: 'allowed' },
    ])
  })

  // Mutation: without the id cache and the key of the order, the copies start runs of their own.
  test('sent again, in order or not, at once or later, is the same run', async () => {
    const payloads = [release('1'), release('2'), release('3')]
    const first = await Promise.all(payloads.map(payload => send(signed(key, payload))))
    const started = api.engine.starts.length
    const copies = await Promise.all([...payloads, ...payloads.toReversed()].map(payload => send(signed(key, payload))))
    expect(api.engine.starts).toHaveLength(started)
    const executionOf = (answer: { body: { executions: { execution: string }[] } }) =>
      answer.body.executions[0]!.execution
    expect(copies.slice(0, 3).map(executionOf)).toEqual(first.map(executionOf))
    expect(copies.map(({ status, body }) => [status, body.replayed])).toEqual(copies.map(() => [202, true]))
    const atOnce = release('4')
    const all = await Promise.all(Array.from({ length: 50 }, () => send(signed(key, atOnce))))
    expect(new Set(all.map(executionOf)).size).toBe(1)
  })

  test('may be signed with the key before, while keys are exchanged', async () => {
    expect((await send(signed(oldKey, release('1')))).status).toBe(202)
  })

  test('answered by a server that died before it could say so finds its run again', async () => {
    const payload = release('5')
    const { keep } = api.store.deliveries
    api.store.deliveries.keep = async () => {
      throw new Error('died')
    }
    expect((await send(signed(key, payload))).status).toBe(500)
    api.store.deliveries.keep = keep
    const started = api.engine.starts.length
    api.write('shop.yaml', pipeline(`{ type: webhook, source: ci, parameters: { version: other } }`))
    const { body } = await send(signed(key, payload))
    expect(body.executions[0].execution).toBe(api.engine.starts.at(-1))
    expect(api.engine.starts).toHaveLength(started)
  })
})

describe('what is refused', () => {
  test.each([
    ['a wrong key', () => signed('wrong', release('1'))],
    ['no signature', () => ({ method: 'POST', body: JSON.stringify(release('1')) })],
    ['a changed body', () => ({ ...signed(key, release('1')), body: '{"parameters":{"version":"2"}}' })],
    ['a body in other bytes', () => ({ ...signed(key, release('1')), body: JSON.stringify(release('1'), null, 1) })],
  ])('%s', async (_what, request) => {
    const started = api.engine.starts.length
    const { status, body } = await send(request())
    expect([status, body.type]).toEqual([401, 'urn:slipway:problem:unauthenticated'])
    expect(api.engine.starts).toHaveLength(started)
    expect(JSON.stringify(body)).not.toContain(key)
  })

  test('an unknown source, a source whose key is missing, and bodies that cannot be read', async () => {
    expect((await send(signed(key, {}), 'nobody')).status).toBe(404)
    expect((await send(signed(key, {}), 'keyless')).status).toBe(503)
    expect((await send(signed(key, '{ not json'))).status).toBe(400)
    expect((await send(signed(key, '['.repeat(100_000)))).status).toBe(400)
    const form = signed(key, 'payload=%7B%7D')
    form.headers['content-type'] = 'application/x-www-form-urlencoded'
    expect((await send(form)).status).toBe(415)
  })

  // Mutation: a cap behind the signature would read all of it first.
  test('a body over the cap, announced or not, before anyone looks at its signature', async () => {
    const large = JSON.stringify({ text: 'a'.repeat(1_100_000) })
    expect((await send({ method: 'POST', body: large })).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 120; part++) controller.enqueue(new TextEncoder().encode('a'.repeat(10_000)))
        controller.close()
      },
    })
    expect((await send({ method: 'POST', body: stream, duplex: 'half' } as RequestInit)).status).toBe(413)
    expect((await send(signed(key, { ...release('1'), text: 'a'.repeat(900_000) }))).status).toBe(202)
  })

  test('a missing parameter, visibly: in the answer, in the audit log, and in the list of deliveries', async () => {
    const payload = fresh({})
    const { status, body } = await send(signed(key, payload))
    expect([status, body.type]).toEqual([422, 'urn:slipway:problem:trigger-refused'])
    expect(body.detail).toContain('parameter "version" is required')
    expect(body.errors[0]).toMatchObject({ pointer: '/parameters/version', message: expect.stringContaining('shop: ') })
    expect(api.store.audited).toMatchObject([{ subject: 'pipeline:shop', outcome: 'refused', actor: 'hook:ci' }])
    const list = await (await api.request('/api/v1/hooks/ci/deliveries')).json()
    expect(list.items[0]).toMatchObject({ executions: [], refused: [{ pipeline: 'shop' }] })
    // What was mended may be delivered again.
    api.write('shop.yaml', pipeline('{ type: webhook, source: ci, parameters: { version: v1 } }'))
    expect((await send(signed(key, payload))).status).toBe(202)
  })

  test('a value of another type, and one that would be converted', async () => {
    for (const version of [1, true, null, ['x'], { x: 1 }, 'a b'])
      expect((await send(signed(key, release(version)))).status).toBe(422)
  })

  test('a store or an engine that is away, and the same delivery later is a run', async () => {
    const payload = release('9')
    for (const part of [api.store, api.engine]) {
      part.down = true
      const { status } = await send(signed(key, payload))
      part.down = false
      expect(status).toBe(503)
    }
    expect(await send(signed(key, payload))).toMatchObject({ status: 202, body: { replayed: false } })
  })
})

describe('conditions and mappings', () => {
  test('a condition that does not hold starts nothing, and says so', async () => {
    const trigger = `{ type: webhook, source: ci, events: [push], when: "\${{ payload.ok }}", parameters: { version: "v-\${{ payload.build.number }}", count: "\${{ payload.build.number }}" } }`
    api.write('shop.yaml', pipeline(trigger))
    const build = { number: 7, log: 'x'.repeat(50_000) }
    expect(await send(signed(key, fresh({ ok: false, build })))).toMatchObject({
      status: 200,
      body: { executions: [], reason: 'the condition of no trigger holds' },
    })
    const ping = await send(signed(key, fresh({ zen: 'x' }), 'ping'))
    expect(ping).toMatchObject({ status: 200, body: { reason: 'no trigger of source "ci" is for this' } })
    const { body } = await send(signed(key, fresh({ ok: true, build })))
    expect(api.engine.running.get(body.executions[0].execution)!.parameters).toEqual({ version: 'v-7', count: 7 })
    const failing = await send(signed(key, fresh({ ok: true })))
    expect([failing.status, failing.body.errors[0].pointer]).toEqual([422, '/triggers/0/parameters/version'])
    const wrong = await send(signed(key, fresh({ ok: 'yes', build })))
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/triggers/0/when'])
  })

  test('a payload cannot become an expression, or reach a prototype', async () => {
    api.write('shop.yaml', pipeline(`{ type: webhook, source: ci, parameters: { version: "\${{ payload.v }}" } }`))
    const { status } = await send(signed(key, fresh({ v: '${{ 1 + 1 }}' })))
    expect(status).toBe(422)
    await send(
      signed(
        key,
        `{"v":"1","serial":${++serial},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
      ),
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a push starts what watches its branch and files', async () => {
    const git = `{ type: git, source: ci, repository: shop/checkout, branch: 'release/*', paths: [src], parameters: { version: "\${{ push.commit.substring(0, 7) }}" } }`
    api.write('shop.yaml', pipeline(git))
    const { body } = await send(signed(key, pushTo('release/1.4', commit)))
    expect(api.engine.running.get(body.executions[0].execution)).toMatchObject({
      parameters: { version: 'a1b2c3d' },
      trigger: { type: 'git', detail: 'a1b2c3d4e5f6 on release/1.4 of shop/checkout' },
    })
    const others = [
      pushTo('main', commit),
      pushTo('release/1.4', commit, ['docs/a.md', 'srcs/b.ts']),
      { ...pushTo('release/1.5', commit), repository: { full_name: 'evil/checkout' } },
      { ...pushTo('release/1.6', '0'.repeat(40)), deleted: true },
    ]
    for (const other of others) expect((await send(signed(key, other))).body.executions).toEqual([])
  })

  test.each([
    [
      'Docker',
      {
        events: [
          {
            action: 'push',
            target: { repository: 'shop/checkout', tag: 'v1.4', digest: 'sha256:1' },
            request: { host: 'r.example' },
          },
        ],
      },
    ],
    [
      'Harbor',
      {
        type: 'PUSH_ARTIFACT',
        event_data: {
          repository: { repo_full_name: 'shop/checkout' },
          resources: [{ tag: 'v1.4', digest: 'sha256:1', resource_url: 'r.example/shop/checkout:v1.4' }],
        },
      },
    ],
  ])('an image that was pushed to a registry of %s starts what watches it', async (_name, payload) => {
    const registry = `{ type: registry, source: registry, image: shop/checkout, tag: '^v', parameters: { version: "\${{ image.tag }}" } }`
    api.write('shop.yaml', pipeline(registry))
    const post = (body: object) =>
      send({ method: 'POST', body: JSON.stringify(body), headers: { authorization: key } }, 'registry')
    const { body } = await post(payload)
    expect(api.engine.running.get(body.executions[0].execution)).toMatchObject({
      parameters: { version: 'v1.4' },
      trigger: { type: 'registry', detail: 'r.example/shop/checkout:v1.4' },
    })
    const latest = JSON.parse(JSON.stringify(payload).replaceAll('v1.4', 'latest'))
    expect((await post(latest)).body.executions).toEqual([])
  })

  test('an image of GHCR, too', async () => {
    api.write(
      'shop.yaml',
      pipeline(`{ type: registry, source: ci, image: shop/checkout, parameters: { version: "\${{ image.tag }}" } }`),
    )
    const tag = { name: 'v2', digest: 'sha256:2' }
    const payload = {
      action: 'published',
      package: {
        name: 'checkout',
        namespace: 'Shop',
        package_type: 'CONTAINER',
        package_version: { container_metadata: { tag } },
      },
    }
    const { body } = await send(signed(key, payload, 'package'))
    expect(api.engine.running.get(body.executions[0].execution)!.trigger.detail).toBe('ghcr.io/shop/checkout:v2')
  })
})

test('sources are listed with who listens to them', async () => {
  const { items } = await (await api.request('/api/v1/hooks')).json()
  expect(items[0]).toEqual({ name: 'ci', type: 'github', url: `${api.url}/api/v1/hooks/ci`, pipelines: ['shop'] })
})
