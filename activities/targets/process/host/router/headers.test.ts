import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { addCookie, backwardHeaders, cookieOf, forwardHeaders, hasBody, isIdempotent } from './headers.ts'

function request(headers: IncomingHttpHeaders, method = 'GET'): IncomingMessage {
  return { headers, method, socket: { remoteAddress: '10.0.0.9', localPort: 8080 } } as unknown as IncomingMessage
}

describe('headers on their way to a release', () => {
  it('lose what is about the connection, named or not', () => {
    const headers = {
      connection: 'close, X-Internal',
      'x-internal': '1',
      te: 'trailers',
      'keep-alive': 'timeout=5',
      a: 'b',
    }
    forwardHeaders(request(headers))
    expect(Object.keys(headers).filter(name => !name.startsWith('x-forwarded'))).toEqual(['connection', 'a'])
  })

  it('never lose the length of the body to a connection header', () => {
    const headers = { connection: 'content-length, transfer-encoding', 'content-length': '3' }
    forwardHeaders(request(headers))
    expect(headers['content-length']).toBe('3')
  })

  it('tell where the request came from, after those who said so before', () => {
    const headers: IncomingHttpHeaders = {
      host: 'shop.example',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
    }
    forwardHeaders(request(headers))
    expect(headers).toMatchObject({
      'x-forwarded-for': '1.2.3.4, 10.0.0.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
      'x-forwarded-port': '8080',
    })
  })
})

describe('headers on their way back', () => {
  it('say what our connection does, not what the release wished for its own', () => {
    const headers: IncomingHttpHeaders = { connection: 'close', 'keep-alive': 'timeout=5', etag: 'x' }
    backwardHeaders(headers, true)
    expect(headers).toEqual({ connection: 'keep-alive', etag: 'x' })
  })

  it('get a cookie beside those of the release', () => {
    const headers: IncomingHttpHeaders = { 'set-cookie': ['a=1'] }
    addCookie(headers, 'cluster', 'k')
    expect(headers['set-cookie']).toEqual(['a=1', 'cluster=k; Path=/; HttpOnly; SameSite=Lax'])
  })
})

describe('a cookie', () => {
  it.each([
    ['cluster=k', 'k'],
    ['a=1; cluster=k; b=2', 'k'],
    ['clusters=x; cluster=a=b', 'a=b'],
    ['xcluster=k', null],
    ['cluster', null],
    ['', null],
  ])('is found in %j: %j', (cookie, value) => {
    expect(cookieOf(request({ cookie }), 'cluster')).toBe(value)
  })
})

describe('a request', () => {
  it.each([
    [{}, false],
    [{ 'content-length': '0' }, false],
    [{ 'content-length': '1' }, true],
    [{ 'transfer-encoding': 'chunked' }, true],
  ])('with %j has a body: %j', (headers, body) => {
    expect(hasBody(request(headers))).toBe(body)
  })

  it.each([
    ['GET', true],
    ['HEAD', true],
    ['PUT', true],
    ['DELETE', true],
    ['POST', false],
    ['PATCH', false],
  ])('%s may be repeated: %j', (method, repeatable) => {
    expect(isIdempotent(request({}, method))).toBe(repeatable)
  })
})
