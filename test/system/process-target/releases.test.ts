import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../activities/processes/ports.ts'
import type { Release } from '../../../pipeline/release.ts'
import { openWorld, release, runningFor, service, until, type World, who } from './world.ts'

let world: World
let url: string

beforeAll(async () => {
  world = await openWorld({ startTimeout: 4_000 }, { drainTimeout: 400 })
  await world.target.apply(service, { role: 'stable', release: release('1'), instances: 1 }, world.op())
  url = await world.url()
})
afterAll(() => world?.close())

const apply = (what: Release, role: 'stable' | 'canary' = 'canary', instances = 1) =>
  world.target.apply(service, { role, release: what, instances }, world.op())
const report = async () => (await world.host.service(world.name, service))!

describe('a release that cannot run', () => {
  it.each([
    [
      'has no such command',
      { version: '2', command: ['no-such-command'] },
      /shop 2 cannot start: the command "no-such-command" was not found in PATH/,
    ],
    [
      'has a file that is not there',
      { version: '2', command: ['./missing'] },
      /the command "\.\/missing" was not found: .*process-target\/missing does not exist/,
    ],
    ['has no command at all', { version: '2', image: 'shop:2' }, /shop 2 has no command; .*`release.command`/],
    [
      'exits at its start',
      release('2', { MODE: 'exit' }),
      /shop 2 exited with code 3 .*It printed last:\n {2}cannot find the database\n {2}giving up/s,
    ],
    [
      'is never healthy',
      release('2', { MODE: 'unhealthy' }),
      /shop 2 never became healthy: it answered 503 on \/healthz \(startTimeout is 4 s\).*version 2 listens/s,
    ],
    [
      'does not listen',
      { version: '2', command: ['sleep', '60'] },
      /shop 2 never became healthy: it does not listen on its port \d+ .*It printed nothing/,
    ],
    ['is no program', { version: '2', command: [import.meta.filename] }, /was not found|exited with code 126/],
  ])('because it %s says so, and nothing of it is left', async (_, what, message) => {
    const before = runningFor(world.name)
    await expect(apply(what)).rejects.toThrow(message)
    expect(runningFor(world.name)).toEqual(before)
    expect((await report()).clusters.map(({ role }) => role)).toEqual(['stable'])
    expect((await who(url)).version).toBe('1')
  })

  it('does not replace one that can: the old version never stops serving', async () => {
    await apply(release('1'), 'stable', 2)
    const answers: string[] = []
    const replacing = apply(release('2', { MODE: 'exit' }), 'stable', 2).catch((error: Error) => error)
    let settled = false
    replacing.then(() => {
      settled = true
    })
    while (!settled) answers.push((await who(url)).version)
    expect(await replacing).toMatchObject({ kind: 'ReleaseFailed' })
    expect(new Set(answers)).toEqual(new Set(['1']))
    expect((await report()).clusters).toMatchObject([{ role: 'stable', release: { version: '1' }, ready: 2 }])
  })
})

describe('a release that runs', () => {
  it('sees none of our environment', async () => {
    const response = await fetch(`${url}/environment`)
    const seen = (await response.json()) as Record<string, string>
    expect(seen).toMatchObject({ SLIPWAY_SERVICE: 'shop', SLIPWAY_VERSION: '1', HOST: '127.0.0.1' })
    const expected =
      /^(PATH|HOME|LANG|LC_ALL|TZ|TMPDIR|HOST|PORT|PWD|OLDPWD|SHLVL|_|SLIPWAY_(TARGET|SERVICE|VERSION|CLUSTER|INSTANCE|PROCESS))$/
    expect(Object.keys(seen).filter(name => !expected.test(name))).toEqual([])
    for (const value of Object.values(seen)) expect(value).not.toContain(world.data)
  })

  it('gets its own environment, but cannot take ours from us', async () => {
    await apply(release('2', { GREETING: 'hello', PORT: '1', SLIPWAY_CLUSTER: 'stable' }))
    await world.target.route(service, { canary: 100 }, world.op())
    const seen = (await (await fetch(`${url}/environment`)).json()) as Record<string, string>
    expect(seen).toMatchObject({ GREETING: 'hello', SLIPWAY_CLUSTER: 'canary' })
    expect(seen.PORT).not.toBe('1')
    await world.target.route(service, { stable: 100 }, world.op())
    await world.target.remove(service, 'canary', world.op())
  })

  it('is started again when it dies, and its last words can be read', async () => {
    const [before] = (await report()).instances
    await until(async () => {
      await fetch(`${url}/die`).catch(() => {})
      return !(await report()).instances.some(({ id }) => id === before!.id)
    }, 'the instance to die')
    await until(async () => (await report()).clusters[0]!.ready === 2, 'two healthy instances')
    const [instance] = (await report()).instances
    expect(await world.host.log(world.name, service, instance!.id)).toEqual(['version 1 listens'])
  })

  it('takes no traffic while its health check fails, and is replaced when that lasts', async () => {
    const sick = (await who(url)).instance
    await until(async () => {
      const { instance } = (await (await fetch(`${url}/who`)).json()) as { instance: string }
      if (instance === sick) await fetch(`${url}/sick`)
      return (await report()).instances.some(({ status }) => status === 'unhealthy')
    }, 'an unhealthy instance')
    const unhealthy = (await report()).instances.find(({ status }) => status === 'unhealthy')!
    for (let i = 0; i < 10; i++) expect((await who(url)).instance).not.toBe(unhealthy.id)
    await until(async () => !(await report()).instances.some(({ id }) => id === unhealthy.id), 'it to be replaced')
    await until(async () => (await report()).clusters[0]!.ready === 2, 'two healthy instances')
  })

  it('finishes what it has when it is taken away, and is cut off when that takes too long', async () => {
    const other = `${service}-1`
    const applyOther = (version: string) =>
      world.target.apply(other, { role: 'stable', release: release(version), instances: 1 }, world.op())
    await applyOther('1')
    const address = await world.url(other)
    const slow = fetch(`${address}/slow?ms=250`)
    const slower = fetch(`${address}/slow?ms=5000`, { method: 'POST' })
    await until(async () => (await world.host.service(world.name, other))!.instances[0]!.inFlight === 2, 'two requests')
    await applyOther('2')
    expect(await (await slow).json()).toMatchObject({ version: '1' })
    expect((await slower).status).toBe(502)
    expect((await who(address)).version).toBe('2')
  })
})

describe('a canary that dies', () => {
  it('fails its share, while its clients are served by the old version', async () => {
    await apply(release('3'))
    await world.target.route(service, { stable: 50, canary: 50 }, world.op())
    const canary = (await report()).instances.find(({ role }) => role === 'canary')!
    process.kill(canary.pid, 'SIGKILL')
    await until(async () => !(await report()).instances.some(({ pid }) => pid === canary.pid), 'the canary to be gone')
    const statuses = new Set<number>()
    const versions = new Set<string>()
    // It comes back by itself within a second or so; before that, its share fails.
    for (let i = 0; i < 10; i++) {
      const response = await fetch(`${url}/who`)
      statuses.add(response.status)
      versions.add(((await response.json()) as { version: string }).version)
    }
    expect(statuses).toEqual(new Set([200]))
    expect(versions.has('1')).toBe(true)
    const now = Math.floor(Date.now() / 1_000) * 1_000
    const counts = await world.host.counts(
      { target: world.name, service, role: 'canary', version: '3', from: now - 60_000, to: now + 1_000 },
      new AbortController().signal,
    )
    expect(counts!.failures).toBeGreaterThan(0)
    await world.target.route(service, { stable: 100 }, world.op())
    await world.target.remove(service, 'canary', world.op())
  })
})

describe('a port', () => {
  it('that is taken is named, with who has it', async () => {
    const port = await freePort()
    const holder = createServer().listen(port, '127.0.0.1')
    const other = await openWorld({ port })
    try {
      const applied = other.target.apply(service, { role: 'stable', release: release('1'), instances: 1 }, other.op())
      await expect(applied).rejects.toThrow(
        new RegExp(
          `router cannot listen: port ${port} cannot be had \\(process ${process.pid} listens there\\).*free it`,
        ),
      )
      expect(runningFor(other.name)).toEqual([])
    } finally {
      holder.close()
      await other.close()
    }
  })
})
