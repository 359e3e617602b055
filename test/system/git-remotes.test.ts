import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import { createCheck } from '../../api/definitions/check.ts'
import { createRepositorySource } from '../../api/definitions/repository-source.ts'
import type { Source } from '../../api/definitions/source.ts'
import type { RepositorySource } from '../../pipeline/schema/configuration/pipelines.ts'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { type Certificates, makeCertificates } from '../certificates.ts'
import { component, whyMissing } from '../components.ts'
import { type GitServer, httpsGit, sshGit } from '../git-servers.ts'
import { type TestRepository, testRepository } from '../repository.ts'

const token = 'planted-token-of-a-repository'
let remote: TestRepository
let data: string
let said: string
let first: string

beforeAll(() => {
  remote = testRepository()
  first = remote.commit({ 'pipelines/shop.yaml': pipeline('1s') })
})
afterAll(() => remote.remove())
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'slipway-remotes-'))
  said = ''
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const pipeline = (pause: string) =>
  `name: shop\napplication: store\nstages:\n  - { id: rest, type: wait, for: ${pause} }\n`

function open(
  repository: string,
  access: Partial<RepositorySource>,
  env: Record<string, string> = { GIT: token },
): Source {
  const settings = { repository, branch: 'main', path: 'pipelines', poll: 60_000, ...access }
  const stream = new PassThrough()
  stream.on('data', chunk => {
    said += chunk
  })
  const parts = {
    folder: data,
    check: createCheck(configuration.parse({})),
    secrets: localSecrets(env),
    reports: () => null,
  }
  return createRepositorySource(settings, { ...parts, now: () => new Date(0), log: pino({ level: 'trace' }, stream) })
}

async function problem(source: Source): Promise<string | null> {
  await source.refresh()
  return (await source.state()).problem
}

const openssl = component('openssl')
describe.skipIf(openssl === null)(`a repository over https${openssl ? '' : ` (${whyMissing('openssl')})`}`, () => {
  let folder: string
  let server: GitServer
  let address: string
  let caFile: string
  let arguments_: string[]
  const access = () => ({ token: { env: 'GIT' }, caFile })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-remotes-tls-'))
    const certificates: Certificates = makeCertificates(folder)
    caFile = certificates.ca
    arguments_ = []
    const onRequest = () => arguments_.push(...allArguments())
    const credentials = `x-access-token:${token}`
    server = await httpsGit({ repository: remote.folder, certificates, credentials, onRequest })
    address = `https://127.0.0.1:${server.port}/work/.git`
  })
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is read with a token, from a host whose authority is named, and followed', async () => {
    const source = open(address, access())
    expect(await source.list()).toMatchObject([{ name: 'shop', revision: first }])
    const second = remote.commit({ 'pipelines/shop.yaml': pipeline('2s') })
    expect(await problem(source)).toBeNull()
    expect(await source.list()).toMatchObject([{ name: 'shop', revision: second }])
  })

  // Mutation: the token in the address, or as `-c http.extraHeader=…`, is found here.
  test('shows the token nowhere: not in arguments, logs, problems or what is kept', async () => {
    const source = open(address, access())
    await source.list()
    const refusing = open(`${address}x`, access())
    const shown = [...arguments_, said, await problem(refusing), contentsOf(data)].join('\n')
    expect(arguments_.some(text => text.includes('remote-https'))).toBe(true)
    expect(shown).not.toContain(token)
    expect(shown).not.toContain(Buffer.from(`x-access-token:${token}`).toString('base64'))
  })

  test('reads the token when it is used, so that a new one needs no restart', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'an old one')
    const source = open(address, { token: { file }, caFile })
    expect(await problem(source)).toMatch(/wants a token it accepts; see "token"$/)
    writeFileSync(file, `${token}\n`)
    expect(await problem(source)).toBeNull()
  })

  test('says what is missing: a token, a name that fits, an authority, the secret itself', async () => {
    expect(await problem(open(address, { caFile }))).toMatch(/see "token"$/)
    expect(await problem(open(address, { ...access(), user: 'other' }))).toMatch(/see "token"$/)
    expect(await problem(open(address, { token: { env: 'GIT' } }))).toMatch(/see "caFile"$/)
    expect(await problem(open(address, access(), {}))).toContain('GIT should hold a secret and is not set')
  })

  // Mutation: without `http.followRedirects`, the token goes where the redirect leads.
  test('does not follow a redirect with its token', async () => {
    const moved = address.replace('/work/', '/moved/work/')
    expect(await problem(open(moved, access()))).toMatch(/write the address it leads to$/)
  })
})

describe('a repository over ssh', () => {
  let folder: string
  let server: GitServer
  let address: string
  let keyFile: string
  let knownHostsFile: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway remotes ssh-'))
    const host = keyPair('host')
    const own = keyPair('own')
    keyFile = own.file
    server = await sshGit({
      repository: remote.folder,
      hostKey: readFileSync(host.file, 'utf8'),
      publicKey: own.public,
    })
    address = `ssh://git@127.0.0.1:${server.port}${remote.folder}`
    knownHostsFile = knownHosts('known hosts', host.public)
  })
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is read with a key, from a host that is known', async () => {
    expect(await open(address, { keyFile, knownHostsFile }).list()).toMatchObject([{ name: 'shop' }])
  })

  // Mutation: with `StrictHostKeyChecking=no` the first of these is read.
  test('is refused from a host that is not known, with a key that is not, and says what to do', async () => {
    const other = keyPair('other')
    const wrongHost = knownHosts('other-hosts', other.public)
    expect(await problem(open(address, { keyFile, knownHostsFile: wrongHost }))).toMatch(/see "knownHostsFile"$/)
    expect(await problem(open(address, { keyFile: other.file, knownHostsFile }))).toMatch(/see "keyFile"$/)
    chmodSync(keyFile, 0o644)
    expect(await problem(open(address, { keyFile, knownHostsFile }))).toMatch(/see "keyFile"$/)
    chmodSync(keyFile, 0o600)
  })

  function keyPair(name: string): { file: string; public: string } {
    const file = join(folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file])
    return { file, public: readFileSync(`${file}.pub`, 'utf8').trim() }
  }

  function knownHosts(name: string, key: string): string {
    const file = join(folder, name)
    writeFileSync(file, `[127.0.0.1]:${server.port} ${key}\n`)
    return file
  }
})

/** The arguments of every process of this machine, as everybody on it can read them. */
function allArguments(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
}

function contentsOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}
