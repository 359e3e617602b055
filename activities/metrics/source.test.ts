import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { metricsConnection } from '../../pipeline/schema/configuration/metrics.ts'
import { localSecrets } from '../secrets/secrets.ts'
import { metricSource } from './source.ts'

const file = (name: string) => ({ file: new URL(`../../test/fixtures/tls/${name}`, import.meta.url).pathname })
const pem = (name: string) => readFileSync(file(name).file)
const signal = () => AbortSignal.timeout(10_000)

const opened: Server[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

async function listening<T extends Server>(server: T): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  opened.push(server)
  return (server.address() as AddressInfo).port
}

function source(url: string, change: object = {}, environment = {}) {
  const connection = metricsConnection.parse({ type: 'http', url, addresses: ['127.0.0.1/32'], ...change })
  return metricSource('stats', connection, localSecrets(environment))
}

/** Answers with who has shown which certificate. */
function secure() {
  const options = {
    key: pem('key.pem'),
    cert: pem('cert.pem'),
    ca: pem('cert.pem'),
    requestCert: true,
    rejectUnauthorized: false,
  }
  return createSecureServer(options, (request, response) => {
    const { authorized } = request.socket as TLSSocket
    response.end(JSON.stringify({ authorized, authorization: request.headers.authorization ?? null }))
  })
}

test('a certificate of our own is trusted when it is given, and only then', async () => {
  const url = `https://127.0.0.1:${await listening(secure())}`
  const tls = { ca: file('cert.pem'), serverName: 'metrics.test' }
  expect(await source(url, { tls }).ask({ path: '/' }, signal())).toEqual({ authorized: false, authorization: null })
  await expect(source(url).ask({ path: '/' }, signal())).rejects.toThrow(/stats cannot be reached: .*certificate/i)
  const wrong = source(url, { tls: { ca: file('cert.pem'), serverName: 'other.test' } })
  await expect(wrong.ask({ path: '/' }, signal())).rejects.toMatchObject({ kind: 'Unavailable' })
})

test('a certificate is shown where one is asked for', async () => {
  const url = `https://127.0.0.1:${await listening(secure())}`
  const tls = { ca: file('cert.pem'), cert: file('cert.pem'), key: file('key.pem'), serverName: 'metrics.test' }
  const auth = { bearer: { env: 'TOKEN' } }
  const answer = await source(url, { tls, auth }, { TOKEN: 'abc' }).ask({ path: '/' }, signal())
  expect(answer).toEqual({ authorized: true, authorization: 'Bearer abc' })
})

test('a secret is read when it is needed, and one that is not there names itself and nothing else', async () => {
  const port = await listening(createServer((_, response) => response.end('{}')))
  const environment: Record<string, string> = {}
  const asked = source(`http://127.0.0.1:${port}`, { auth: { bearer: { env: 'TOKEN' } } }, environment)
  await expect(asked.ask({ path: '/' }, signal())).rejects.toThrow(
    'the environment variable TOKEN should hold a secret',
  )
  environment.TOKEN = 'abc'
  expect(await asked.ask({ path: '/' }, signal())).toEqual({})
})

test('private addresses have to be allowed', async () => {
  const port = await listening(createServer((_, response) => response.end('{}')))
  const asked = source(`http://127.0.0.1:${port}`, { addresses: [] }).ask({ path: '/' }, signal())
  await expect(asked).rejects.toMatchObject({ kind: 'Refused' })
})

test('an answer that is no JSON is no data from nobody', async () => {
  const port = await listening(createServer((_, response) => response.end('<html>please log in</html>')))
  const asked = source(`http://127.0.0.1:${port}`).ask({ path: '/' }, signal())
  await expect(asked).rejects.toThrow('metric provider stats answered something that is no JSON: <html>please log in')
})
