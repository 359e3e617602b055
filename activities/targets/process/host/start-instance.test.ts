import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { end } from '../../../processes/end.ts'
import { freePort } from '../../../processes/ports.ts'
import { canHide } from '../hide.ts'
import type { InstanceRecord } from './instance.ts'
import { type Blueprint, launch, type Slipway } from './start-instance.ts'

let folder: string
let stranger: Server
let remembered: InstanceRecord[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-launch-'))
  remembered = []
  stranger = createServer((_request, response) => response.end('I am healthy'))
  await new Promise<void>(resolve => stranger.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  for (const { identity } of remembered) await end(identity, { grace: 0 })
  stranger.close()
  rmSync(folder, { recursive: true })
})

const takenPort = () => (stranger.address() as AddressInfo).port

function blueprint(script: string): Blueprint {
  writeFileSync(join(folder, 'release.mjs'), script)
  return {
    target: 'eu',
    service: 'shop',
    cluster: 'k',
    role: 'stable',
    release: { version: '1', command: [process.execPath, 'release.mjs'] },
    settings: {
      port: 0,
      directory: folder,
      health: '/',
      startTimeout: 10_000,
      drainTimeout: 0,
      responseTimeout: 1_000,
      stickyCookie: null,
      clusterHeader: false,
    },
  }
}

/** Hands out these ports, one after the other. */
function handingOut(ports: number[]): Slipway {
  return {
    logs: folder,
    data: join(folder, 'data'),
    reservePort: async () => ports.shift()!,
    remember: async record => void remembered.push(record),
    forget: () => {},
  }
}

const listens = `import { createServer } from 'node:http'
  createServer((_, response) => response.end()).listen(process.env.PORT, '127.0.0.1')`
const signal = new AbortController().signal

describe('starting an instance on a port another program has taken in between', () => {
  it('takes another port when the release gives up', async () => {
    const free = await freePort()
    const launched = await launch(blueprint(listens), handingOut([takenPort(), free]), signal)
    expect(launched.record.port).toBe(free)
  })

  it('is not fooled by the health of a stranger', async () => {
    const free = await freePort()
    const patient = `process.on('uncaughtException', () => setInterval(() => {}, 1000))\n${listens}`
    const launched = await launch(blueprint(patient), handingOut([takenPort(), free]), signal)
    expect(launched.record.port).toBe(free)
  })

  it('gives up after five ports, and says why', async () => {
    const launching = launch(blueprint(listens), handingOut(Array(5).fill(takenPort())), signal)
    await expect(launching).rejects.toThrow(/its port \d+ was taken by another program|another program took its port/)
  })

  it('believes a child of the release, whatever group it is in', async () => {
    const parent = `import { spawn } from 'node:child_process'
      spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(listens)}], { detached: true, stdio: 'inherit' })
      setInterval(() => {}, 1000)`
    const free = await freePort()
    const launched = await launch(blueprint(parent), handingOut([free]), signal)
    expect(launched.record.port).toBe(free)
  })
})

describe('what a release sees of us', () => {
  it.runIf(canHide())('is nothing of the data folder, and it has no rights to change that', async () => {
    const data = join(folder, 'data')
    mkdirSync(data)
    writeFileSync(join(data, 'server.json'), 'planted-secret')
    const script = `import { execSync } from 'node:child_process'
      import { readFileSync, writeFileSync } from 'node:fs'
      const tried = [
        () => readFileSync(${JSON.stringify(join(data, 'server.json'))}, 'utf8'),
        () => execSync('umount ${data}; cat ${join(data, 'server.json')}', { encoding: 'utf8', stdio: 'pipe' }),
        () => readFileSync('/proc/${process.pid}/environ', 'utf8'),
        () => readFileSync('/proc/${process.pid}/root${data}/server.json', 'utf8'),
        () => process.getuid() === ${process.getuid?.()} ? refuse() : 'another user',
        () => /CapEff:\\s+0+\\n/.test(readFileSync('/proc/self/status', 'utf8')) ? refuse() : 'some capability',
      ]
      function refuse() { throw new Error() }
      const saw = tried.map(one => { try { return one() } catch { return 'nothing' } })
      writeFileSync('saw.json', JSON.stringify(saw))
      ${listens}`
    await launch(blueprint(script), handingOut([await freePort()]), signal)
    expect(JSON.parse(readFileSync(join(folder, 'saw.json'), 'utf8'))).toEqual(Array(6).fill('nothing'))
  })
})

describe('a start that is called off', () => {
  it('leaves nothing running', async () => {
    const stop = new AbortController()
    const launching = launch(blueprint('setInterval(() => {}, 1000)'), handingOut([await freePort()]), stop.signal)
    setTimeout(() => stop.abort(), 200)
    await expect(launching).rejects.toThrow()
    expect(remembered).toHaveLength(1)
    expect(await end(remembered[0]!.identity, { grace: 0 })).toBe('gone')
  })
})
