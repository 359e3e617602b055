import { type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auth } from '../../pipeline/schema/configuration/auth.ts'
import { type Issuer, startIssuer } from '../../test/fakes/issuer.ts'
import { type CiTokens, createCiTokens } from './ci.ts'
import { createPolicy } from './policy.ts'

/**
 * security.md row 8. Fails when the list of algorithms, the audience, the issuer, the age, or the binding to ids is taken
 * out of `verified` and `isMeant`.
 */

const audience = 'https://slipway.example'
let issuer: Issuer
let stranger: Issuer
let tokens: CiTokens

beforeAll(async () => {
  issuer = await startIssuer()
  stranger = await startIssuer()
  const common = { issuer: issuer.url, audience }
  const ci = {
    main: { ...common, type: 'github', repository: '42', refs: ['refs/heads/main', 'refs/tags/v*'] },
    production: { ...common, type: 'github', repository: '43', refs: ['refs/heads/main'], environment: 'production' },
    lab: { ...common, type: 'gitlab', audience: 'lab', repository: '7', refs: ['refs/heads/main'] },
  }
  const configuration = auth.parse({ ci, bindings: [{ role: 'reader', to: ['ci:main'] }] })
  tokens = createCiTokens(configuration.ci, () => createPolicy(configuration))
})

afterAll(async () => {
  await issuer.stop()
  await stranger.stop()
})

const good = { aud: audience, repository_id: '42', ref: 'refs/heads/main' }
const seconds = () => Math.floor(Date.now() / 1_000)

describe('the token of a job', () => {
  test('is somebody here, with the rights of this moment', async () => {
    const principal = await tokens.find(await issuer.sign(good))
    expect(principal).toMatchObject({ name: 'ci:main', type: 'ci', subject: 'ci:main', roles: ['reader'] })
    expect(principal!.access.canSomewhere('execution:read')).toBe(true)
    expect(principal!.access.canSomewhere('execution:start')).toBe(false)
  })

  test('of a tag, of an environment, and of GitLab is known, too', async () => {
    const name = async (claims: JWTPayload) => (await tokens.find(await issuer.sign(claims)))?.name
    expect(await name({ ...good, ref: 'refs/tags/v1.2' })).toBe('ci:main')
    expect(await name({ ...good, repository_id: '43', environment: 'production' })).toBe('ci:production')
    expect(await name({ aud: 'lab', project_id: '7', ref: 'main', ref_type: 'branch' })).toBe('ci:lab')
  })

  test.each([
    ['another audience', { aud: 'https://other.example' }],
    ['the audience of another entry', { aud: 'lab' }],
    ['no audience', { aud: undefined }],
    ['a time that is over', { exp: seconds() - 60 }],
    ['no end', { exp: undefined }],
    ['a time to come', { nbf: seconds() + 600 }],
    ['an age of days', { iat: seconds() - 200_000, exp: seconds() + 600 }],
    ['another repository', { repository_id: '99' }],
    ['the right name and another id', { repository: 'shop/checkout', repository_id: '99' }],
    ['another branch', { ref: 'refs/heads/evil' }],
    ['a branch that begins like it', { ref: 'refs/heads/main2' }],
    ['a branch called like the tags', { ref: 'refs/heads/tags/v1' }],
    ['a pull request of a stranger', { event_name: 'pull_request_target' }],
    ['no environment where one is needed', { repository_id: '43' }],
    ['another environment', { repository_id: '43', environment: 'staging' }],
    ['a GitLab tag called like the branch', { aud: 'lab', project_id: '7', ref: 'main', ref_type: 'tag' }],
  ])('is refused with %s', async (_what, change) => {
    await expect(issuer.sign({ ...good, ...change } as JWTPayload).then(tokens.find)).rejects.toThrow()
  })

  test('of another issuer is nobody, also when it says that it is of ours', async () => {
    expect(await tokens.find(await stranger.sign(good))).toBeNull()
    await expect(stranger.sign({ ...good, iss: issuer.url }).then(tokens.find)).rejects.toThrow(/signature/)
  })

  test('without a signature, or signed with the public key as a secret, is refused', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const payload = part({ ...good, iss: issuer.url, sub: 'job', iat: seconds(), exp: seconds() + 60 })
    for (const alg of ['none', 'None', 'NONE'])
      await expect(tokens.find(`${part({ alg })}.${payload}.`)).rejects.toThrow()
    const secret = new TextEncoder().encode(await issuer.publicKey())
    const confused = new SignJWT({ ...good, iss: issuer.url, sub: 'job' }).setProtectedHeader({
      alg: 'HS256',
      kid: '1',
    })
    await expect(confused.setIssuedAt().setExpirationTime('1m').sign(secret).then(tokens.find)).rejects.toThrow(/alg/)
  })

  test.each(['../../../../dev/null', "1' or '1'='1", 'http://127.0.0.1/keys', '99'])(
    'with the key id %s is refused',
    async kid => {
      await expect(issuer.sign(good, { kid }).then(tokens.find)).rejects.toThrow(/no applicable key|key/)
    },
  )

  test('is known after the issuer took a new key; what the old one signed is not', async () => {
    const before = await issuer.sign(good)
    await issuer.rotate()
    const fresh = createCiTokens(
      auth.parse({
        ci: { main: { type: 'github', issuer: issuer.url, audience, repository: '42', refs: ['refs/heads/main'] } },
      }).ci,
      () => createPolicy(auth.parse({})),
    )
    expect((await fresh.find(await issuer.sign(good)))?.name).toBe('ci:main')
    await expect(fresh.find(before)).rejects.toThrow(/key/)
  })

  test('is not even looked at when it is no token', async () => {
    for (const text of ['', 'x', 'a.b.c', 'eyJ.eyJ.x']) expect(await tokens.find(text)).toBeNull()
  })
})
