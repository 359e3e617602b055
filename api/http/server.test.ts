import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type Listening, listen } from './server.ts'

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
    headers: 200,
    request: 200,
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
