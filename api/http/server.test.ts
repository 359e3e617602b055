import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Listening, listen } from './server.ts'
import { readKeyPair, watchKeyPair } from './tls.ts'

let listening: Listening | null = null

afterEach(async () => {
  await listening?.close()
  listening = null
})

/** Sends text as it is and resolves with all that comes back until the server hangs up. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', chunk => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test('a body that never arrives ends with 408 and a problem document', async () => {
  listening = await listen((request, response) => request.on('end', () => response.end()).resume(), '127.0.0.1', 0, {
    patience: { headers: 200, request: 200 },
  })
  const answer = await raw(listening.port, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('urn:slipway:problem:request-timeout')
})

test('headers that are too large, and what is not HTTP, get a problem document', async () => {
  listening = await listen((_request, response) => response.end(), '127.0.0.1', 0)
  expect(await raw(listening.port, `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`)).toContain(
    'urn:slipway:problem:payload-too-large',
  )
  expect(await raw(listening.port, 'this is not HTTP\r\n\r\n')).toContain('urn:slipway:problem:invalid-request')
})

test('a port that is taken is an error, not a second listener', async () => {
  listening = await listen((_request, response) => response.end(), '127.0.0.1', 0)
  await expect(listen((_request, response) => response.end(), '127.0.0.1', listening.port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

describe('over TLS', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/tls/${name}.pem`, import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'slipway-tls-'))
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const place = (cert: string, key: string) => {
    copyFileSync(fixture(cert), files.cert)
    copyFileSync(fixture(key), files.key)
  }
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Trusts this certificate and nothing else. */
  const ask = (port: number, ca: string, more: object = {}) =>
    new Promise<number>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        servername: 'metrics.test',
        agent: false,
        ca: readFileSync(fixture(ca)),
      }
      httpsRequest({ ...options, ...more }, response => resolve(response.resume().statusCode!))
        .on('error', reject)
        .end()
    })

  test('it answers with the certificate of the files, takes a new pair when they change, and keeps the old one else', async () => {
    place('cert', 'key')
    listening = await listen((_request, response) => response.end(), '127.0.0.1', 0, { pair: await readKeyPair(files) })
    const { port, useKeyPair } = listening
    const told: string[] = []
    const log = pino({ level: 'info' }, { write: line => void told.push(JSON.parse(line).msg) })
    const stopping = new AbortController()
    const watching = watchKeyPair(files, { use: useKeyPair, log, interval: 10 }, stopping.signal)
    expect(await ask(port, 'cert')).toBe(200)
    await expect(ask(port, 'cert', { maxVersion: 'TLSv1.1' })).rejects.toThrow()
    expect(await raw(port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')).not.toContain('200')

    place('other-cert', 'key')
    await expect.poll(() => told.at(-1), { timeout: 30_000 }).toContain('cannot be used; the one before stays')
    expect(await ask(port, 'cert')).toBe(200)
    place('other-cert', 'other-key')
    await expect.poll(() => told.at(-1), { timeout: 30_000 }).toBe('the certificate was replaced')
    expect(await ask(port, 'other-cert')).toBe(200)
    await expect(ask(port, 'cert')).rejects.toThrow('self-signed')
    stopping.abort()
    await watching
  })

  test('a pair that does not belong together, or is not there, is said before anything listens', async () => {
    await expect(readKeyPair({ cert: fixture('cert'), key: fixture('other-key') })).rejects.toThrow('cannot be used')
    await expect(readKeyPair({ cert: join(folder, 'no'), key: fixture('key') })).rejects.toThrow(
      'cannot be read (ENOENT)',
    )
  })
})
