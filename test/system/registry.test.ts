import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../activities/processes/ports.ts'
import { openRegistries } from '../../activities/registries/registry.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import { imageRegistry } from '../../pipeline/schema/configuration/registries.ts'
import { component, whyMissing } from '../components.ts'
import { startRegistry, type TestRegistry } from '../registry.ts'

const binary = component('registry')
const signal = AbortSignal.timeout(60_000)
const secrets = localSecrets({ PASSWORD: 'secret', WRONG: 'wrong' })

function registries(url: string, more: object = {}) {
  const registry = imageRegistry.parse({ url, addresses: ['127.0.0.1/32'], ...more })
  return openRegistries({ test: registry }, secrets)
}

describe.skipIf(binary === null)(
  `images of a real registry${binary === null ? ` (${whyMissing('registry')})` : ''}`,
  () => {
    let open: TestRegistry
    let locked: TestRegistry
    beforeAll(async () => {
      // `htpasswd -nbB ci secret`
      const htpasswd = 'ci:$2b$04$vQDzGu4FiG2rGi9yL2EfeOhsOROvegCMUCK97Hsq7bqY0b1a.ISgS\n'
      const authorization = `Basic ${Buffer.from('ci:secret').toString('base64')}`
      ;[open, locked] = await Promise.all([
        startRegistry(binary as string),
        startRegistry(binary as string, { htpasswd, authorization }),
      ])
    })
    afterAll(async () => {
      await open?.stop()
      await locked?.stop()
    })

    it('a tag has the digest it was pushed with, until it is moved', async () => {
      const first = await open.push('shop/checkout', '1.0', 'first')
      const { digestOf } = registries(open.url)
      const image = `${open.host}/shop/checkout:1.0`
      expect(await digestOf(image, signal)).toBe(first)
      const second = await open.push('shop/checkout', '1.0', 'second')
      expect(second).not.toBe(first)
      expect(await digestOf(image, signal)).toBe(second)
    })

    it('an image that was not pushed is missing, and one of another registry is not asked for', async () => {
      const { know, digestOf } = registries(open.url)
      await expect(digestOf(`${open.host}/shop/checkout:9`, signal)).rejects.toMatchObject({
        kind: 'NotFound',
        message: expect.stringMatching(/^registry test has no image 127.*:9; was it pushed\?$/),
      })
      expect([know(`${open.host}/shop/checkout:9`), know('shop:9'), know('registry.test/shop:9')]).toEqual([
        true,
        false,
        false,
      ])
    })

    it('a registry that wants a password gets it', async () => {
      const pushed = await locked.push('shop', 'latest', 'one')
      const image = `${locked.host}/shop`
      const login = (name: string) => registries(locked.url, { user: 'ci', password: { env: name } })
      expect(await login('PASSWORD').digestOf(image, signal)).toBe(pushed)
      for (const { digestOf } of [login('WRONG'), registries(locked.url)])
        await expect(digestOf(image, signal)).rejects.toMatchObject({
          kind: 'Refused',
          message: expect.stringMatching(/does not let us read .* \(401\); see its user and password/),
        })
    })

    it('a registry that is away is asked again', async () => {
      const url = `http://127.0.0.1:${await freePort()}`
      const asked = registries(url).digestOf(`${new URL(url).host}/shop:1`, signal)
      await expect(asked).rejects.toMatchObject({ kind: 'Unavailable' })
    })
  },
)

/** Distribution has no server of tokens; this one speaks as Docker Hub and GHCR do. */
describe('a registry that wants a token (a server of the test)', () => {
  const digest = `sha256:${'d'.repeat(64)}`
  const seen: string[] = []
  let server: Server
  let url: string
  let elsewhere = false
  beforeAll(async () => {
    server = createServer(({ url: path = '', headers }, response): unknown => {
      seen.push(`${path} ${headers.authorization ?? '-'}`)
      if (path.startsWith('/token')) return response.end(JSON.stringify({ token: 'short-lived' }))
      if (headers.authorization === 'Bearer short-lived')
        return response.setHeader('docker-content-digest', digest).end()
      const realm = elsewhere ? 'http://127.0.0.2:9/token' : `${url}/token`
      const challenge = `Bearer realm="${realm}",service="r",scope="repository:shop:pull"`
      return response.writeHead(401, { 'www-authenticate': challenge }).end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  it('is asked for one, with the password, and then for the image', async () => {
    const { digestOf } = registries(url, { user: 'ci', password: { env: 'PASSWORD' } })
    expect(await digestOf(`${new URL(url).host}/shop:1`, signal)).toBe(digest)
    const basic = `Basic ${Buffer.from('ci:secret').toString('base64')}`
    expect(seen).toEqual([
      '/v2/shop/manifests/1 -',
      `/token?service=r&scope=repository%3Ashop%3Apull ${basic}`,
      '/v2/shop/manifests/1 Bearer short-lived',
    ])
  })

  it('does not get the password sent to where nobody allowed it', async () => {
    elsewhere = true
    const { digestOf } = registries(url, { user: 'ci', password: { env: 'PASSWORD' } })
    await expect(digestOf(`${new URL(url).host}/shop:1`, signal)).rejects.toMatchObject({
      kind: 'Refused',
      message: expect.stringMatching(/wants a token of http:\/\/127\.0\.0\.2:9; add it to its "hosts"/),
    })
  })
})
