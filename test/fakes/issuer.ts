import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** An issuer of tokens as CI systems have one: real keys and real HTTP, and tokens of any kind. */
export interface Issuer {
  url: string
  /** A token that is good for a minute, unless the claims or the header say otherwise. */
  sign(claims: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>
  /** The public key, as everybody can read it. */
  publicKey(): Promise<string>
  /** Signs with a new key from now on; the old one is no longer shown. */
  rotate(): Promise<void>
  stop(): Promise<void>
}

export async function startIssuer(): Promise<Issuer> {
  let kid = 1
  let pair = await generateKeyPair('RS256', { extractable: true })
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    const key = { ...(await exportJWK(pair.publicKey)), kid: String(kid), alg: 'RS256', use: 'sig' }
    const isAboutItself = request.url === '/.well-known/openid-configuration'
    response.end(JSON.stringify(isAboutItself ? { issuer: url, jwks_uri: `${url}/keys` } : { keys: [key] }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    sign(claims, header = {}) {
      const now = Math.floor(Date.now() / 1_000)
      return new SignJWT({ iss: url, sub: 'job', iat: now, exp: now + 60, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: String(kid), ...header })
        .sign(pair.privateKey)
    },
    publicKey: async () => JSON.stringify(await exportJWK(pair.publicKey)),
    async rotate() {
      kid += 1
      pair = await generateKeyPair('RS256', { extractable: true })
    },
    stop: () => new Promise(resolve => server.close(() => resolve())),
  }
}
