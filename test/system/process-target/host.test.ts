import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostLocation } from '../../../activities/targets/process/host/location.ts'
import { keepHost, startHost } from '../../../activities/targets/process/host/start.ts'
import type { Role } from '../../../pipeline/clusters.ts'
import { load } from './load.ts'
import { openWorld, release, runningFor, service, until, versionsOf, type World, who } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const apply = (role: Role, version: string, instances = 1, op = world.op()) =>
  world.target.apply(service, { role, release: release(version), instances }, op)
const report = async () => (await world.host.service(world.name, service))!
const pids = async () => (await report()).instances.map(({ pid }) => pid).sort()

async function killHost(): Promise<void> {
  const { pid } = (await world.host.ping()).identity
  process.kill(pid, 'SIGKILL')
  await until(() => gone(pid), 'the host to be gone')
}

function gone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}

describe('a lease', () => {
  it('returns traffic to stable when nobody renews it, and tells', async () => {
    await apply('stable', '1')
    await apply('canary', '2')
    await world.target.route(service, { stable: 50, canary: 50 }, world.op(1, { lease: 400 }))
    expect((await report()).leaseUntil).toBeGreaterThan(Date.now())
    await until(async () => (await report()).weights.canary === undefined, 'traffic to be back on stable')
    expect(await report()).toMatchObject({
      weights: { stable: 100 },
      leaseUntil: null,
      lapsed: { weights: { stable: 50, canary: 50 }, at: expect.any(Number) },
    })
    expect(await versionsOf(await world.url(), 20)).toEqual({ 1: 20 })
  })

  it('is renewed by each route, by a repeated one as well, and by none that has lapsed', async () => {
    await apply('stable', '1')
    await apply('canary', '2')
    const op = world.op(1, { lease: 2_000 })
    const weights = { stable: 50, canary: 50 }
    await world.target.route(service, weights, op)
    for (let i = 0; i < 3; i++) {
      await new Promise(resolve => setTimeout(resolve, 800))
      await world.target.route(service, weights, op)
    }
    expect((await report()).weights).toEqual(weights)
    await until(async () => (await report()).lapsed !== null, 'the lease to run out')
    await world.target.route(service, weights, op)
    expect((await report()).weights).toEqual({ stable: 100 })
    await world.target.route(service, weights, world.op())
    expect(await report()).toMatchObject({ weights, lapsed: null, leaseUntil: null })
  })

  it('runs out on time although the host is killed in between', async () => {
    await apply('stable', '1')
    await apply('canary', '2')
    await world.target.route(service, { canary: 100 }, world.op(1, { lease: 1_500 }))
    await killHost()
    await new Promise(resolve => setTimeout(resolve, 1_600))
    await startHost(world.data)
    await until(async () => (await report()).lapsed !== null, 'the lease to run out')
    expect((await who(await world.url())).version).toBe('1')
  })
})

describe('a host that is killed', () => {
  it('is followed by one that adopts all it had: same processes, same port, and serves again at once', async () => {
    await apply('stable', '1', 2)
    await apply('canary', '2', 1)
    await world.target.route(service, { stable: 90, canary: 10 }, world.op(5))
    const before = await report()
    const running = load(before.url!, 4)
    await new Promise(resolve => setTimeout(resolve, 300))
    const killed = performance.now()
    await killHost()
    await startHost(world.data)
    await who(before.url!)
    const gap = performance.now() - killed
    await new Promise(resolve => setTimeout(resolve, 300))
    const { lost, sent } = await running.stop()
    const after = await report()
    expect(after).toMatchObject({ url: before.url, weights: before.weights, fence: 5, clusters: before.clusters })
    expect(after.instances.map(({ pid }) => pid).sort()).toEqual(before.instances.map(({ pid }) => pid).sort())
    expect(Object.keys(lost).filter(kind => !/ECONNREFUSED|ECONNRESET|socket hang up|aborted/.test(kind))).toEqual([])
    expect(gap).toBeLessThan(15_000)
    console.log(`the host was away for ${Math.round(gap)} ms; ${JSON.stringify(lost)} of ${sent} requests`)
  })

  it('leaves nothing doubled and nothing forgotten, whenever it is killed during a deployment', async () => {
    await apply('stable', '1', 2)
    for (const after of [0, 30, 80, 200, 400]) {
      const applying = apply('canary', `2-${after}`, 2).then(
        () => null,
        error => error,
      )
      await new Promise(resolve => setTimeout(resolve, after))
      await killHost()
      expect((await applying)?.kind ?? 'Unavailable').toBe('Unavailable')
      await startHost(world.data)
      await until(async () => (await report()).clusters[0]!.ready === 2, 'stable to be whole')
      await until(async () => sameNumbers(await pids(), runningFor(world.name)), 'no process too many', 15_000)
      await apply('canary', '2-again', 1)
      await world.target.remove(service, 'canary', world.op())
      expect(runningFor(world.name)).toEqual(await pids())
    }
  })

  it('brings everything back from what was wanted when all has ended, as after a reboot', async () => {
    await apply('stable', '1', 2)
    await apply('canary', '2', 1)
    await world.target.route(service, { stable: 75, canary: 25 }, world.op())
    const before = await report()
    await killHost()
    for (const { pid } of before.instances) process.kill(pid, 'SIGKILL')
    await startHost(world.data)
    await until(async () => {
      const { clusters } = await report()
      return clusters.every(({ instances, ready }) => instances === ready)
    }, 'all clusters to be whole')
    const after = await report()
    expect(after).toMatchObject({ url: before.url, weights: before.weights })
    expect(after.instances).toHaveLength(3)
    expect((await versionsOf(before.url!, 40))['2']).toBe(10)
  })

  it('is started again by whoever keeps it', async () => {
    await apply('stable', '1')
    let starts = 0
    const keeper = keepHost(world.data, () => starts++)
    await killHost()
    await until(() => starts === 1, 'the host to be started again')
    expect((await who(await world.url())).version).toBe('1')
    await keeper.stop()
  })
})

describe('a host', () => {
  it('is one for a data folder, however many start it at once', async () => {
    const data = mkdtempSync(join(tmpdir(), 'slipway-host-'))
    const clients = await Promise.all(Array.from({ length: 4 }, () => startHost(data)))
    const found = await Promise.all(clients.map(client => client.ping()))
    expect(new Set(found.map(({ identity }) => identity.pid)).size).toBe(1)
    await clients[0]!.stop({ instances: 'end' })
    rmSync(data, { recursive: true })
    expect(hostsOf(data)).toEqual([])
  })

  it('ends with all it runs when its folder is taken away', async () => {
    const data = mkdtempSync(join(tmpdir(), 'slipway-host-'))
    const { pid } = (await (await startHost(data)).ping()).identity
    expect(hostsOf(data)).toEqual([pid])
    rmSync(data, { recursive: true })
    await until(() => hostsOf(data).length === 0, 'the host to end')
    // Node writes its compiled code down when it ends.
    rmSync(data, { recursive: true, force: true })
  })

  it('lets nobody else at its socket, whatever the length of its folder', async () => {
    const data = join(mkdtempSync(join(tmpdir(), 'slipway-host-')), 'x'.repeat(100))
    const client = await startHost(data)
    const { socket, folder, state } = hostLocation(data)
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await client.stop({ instances: 'end' })
    expect(statSync(state).mode & 0o777).toBe(0o600)
    rmSync(join(data, '..'), { recursive: true })
    rmSync(join(socket, '..'), { recursive: true })
  })

  it('hands everything over to the next one when it is stopped so', async () => {
    await apply('stable', '1', 2)
    const before = await report()
    await world.host.stop({ instances: 'keep' })
    expect(runningFor(world.name)).toHaveLength(2)
    await startHost(world.data)
    expect(await pids()).toEqual(before.instances.map(({ pid }) => pid).sort())
    expect((await who(before.url!)).version).toBe('1')
  })

  it('does not guess what an unreadable state means, and says where it is', async () => {
    const data = mkdtempSync(join(tmpdir(), 'slipway-host-'))
    const { state, folder } = hostLocation(data)
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(state, '{"version":1,"services":[{}]}')
    await expect(startHost(data)).rejects.toThrow(
      /did not start: it ended with code 1.*state\.json cannot be understood/s,
    )
    expect(hostsOf(data)).toEqual([])
    rmSync(data, { recursive: true })
  })

  it('says that it is not there', async () => {
    await apply('stable', '1')
    await world.host.stop({ instances: 'end' })
    await expect(world.target.current(service)).rejects.toMatchObject({
      kind: 'Unavailable',
      message: expect.stringMatching(/process host does not answer.*slipway serve/),
    })
    await startHost(world.data)
  })
})

describe('an operation', () => {
  it('goes on when its caller is gone, and is joined by the one who asks again', async () => {
    const caller = new AbortController()
    const op = world.op(1, { signal: caller.signal })
    const first = apply('stable', '1', 1, op)
    setTimeout(() => caller.abort(), 50)
    await expect(first).rejects.toThrow()
    const state = await apply('stable', '1', 1, { ...op, signal: new AbortController().signal })
    expect(state.clusters).toMatchObject([{ role: 'stable', ready: 1 }])
    expect(runningFor(world.name)).toHaveLength(1)
  })

  it('gives way to a newer one, and cleans up first', async () => {
    await apply('stable', '1')
    const stuck = world.target.apply(
      service,
      { role: 'canary', release: release('2', { MODE: 'unhealthy' }), instances: 2 },
      world.op(),
    )
    const refused = expect(stuck).rejects.toMatchObject({
      kind: 'Refused',
      message: expect.stringMatching(/superseded/),
    })
    await until(() => runningFor(world.name).length === 3, 'the canary to be starting')
    await world.target.remove(service, 'canary', world.op(2))
    await refused
    expect(runningFor(world.name)).toEqual(await pids())
    expect(await pids()).toHaveLength(1)
  })

  it('does not keep traffic from being taken back', async () => {
    await apply('stable', '1')
    await apply('canary', '2')
    await world.target.route(service, { stable: 50, canary: 50 }, world.op())
    const growing = world.target.apply(
      service,
      { role: 'preview', release: release('3', { MODE: 'unhealthy' }), instances: 1 },
      world.op(),
    )
    growing.catch(() => {})
    const asked = performance.now()
    await world.target.route(service, { stable: 100 }, world.op())
    expect(performance.now() - asked).toBeLessThan(2_000)
    await world.target.remove(service, 'preview', world.op())
  })

  it('tells how far it is', async () => {
    const told: string[] = []
    await apply('stable', '1', 2, world.op(1, { progress: message => told.push(message) }))
    expect(told).toEqual(
      expect.arrayContaining([
        'stable 1: starting 2 instances',
        'stable 1: 1 of 2 instances are healthy',
        'stable 1: 2 of 2 instances are healthy',
      ]),
    )
  })
})

function hostsOf(data: string): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.filter(pid => commandOf(pid).includes(`--data\0${data}\0`))
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())
}
