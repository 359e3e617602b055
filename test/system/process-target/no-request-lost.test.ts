import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../../pipeline/clusters.ts'
import { load, seeded } from './load.ts'
import { openWorld, release, service, until, type World } from './world.ts'

const changes = 200
const seed = 20_261_123

let world: World
beforeAll(async () => {
  world = await openWorld({ drainTimeout: 10_000 })
  await apply('stable', '1', 2)
  await apply('canary', '2', 1)
  await apply('baseline', '1', 1)
})
afterAll(() => world?.close())

const apply = (role: Role, version: string, instances: number) =>
  world.target.apply(service, { role, release: release(version), instances }, world.op())
const route = (weights: Partial<Record<Role, number>>) => world.target.route(service, weights, world.op())

describe('no request is lost', () => {
  it(`over ${changes} changes of weights, releases and sizes under load (seed ${seed})`, {
    timeout: 300_000,
  }, async () => {
    const random = seeded(seed)
    const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1))
    let version = 2
    const running = load(await world.url(), 6)
    for (let change = 1; change <= changes; change++) {
      const kind = change % 40
      if (kind === 10) await apply('stable', `${++version}`, between(1, 3))
      else if (kind === 20) await apply('canary', `${++version}`, between(1, 2))
      else if (kind === 30) {
        await route({ stable: 100 })
        await world.target.remove(service, 'canary', world.op())
        await apply('canary', `${++version}`, 1)
      } else if (kind === 0) {
        // Promotion: the canary takes all, becomes stable, and the old version goes.
        await route({ canary: 100 })
        await apply('stable', `${version}`, 2)
        await world.target.remove(service, 'previous', world.op())
        await apply('canary', `${++version}`, 1)
      } else {
        const share = between(0, 50)
        await route({ stable: 100 - 2 * share, canary: share, baseline: share })
      }
      await new Promise(resolve => setTimeout(resolve, between(0, 10)))
    }
    const report = await running.stop()
    expect(report.lost).toEqual({})
    expect(report.sent).toBeGreaterThan(1_000)
    expect(Object.keys(report.versions).length).toBeGreaterThan(10)
  })

  it('when instances die: what may be repeated is, and the rest goes elsewhere', async () => {
    await apply('stable', '100', 3)
    await route({ stable: 100 })
    const url = await world.url()
    const answers: number[] = []
    let running = true
    const clients = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (running) answers.push((await fetch(`${url}/who`)).status)
      }),
    )
    const ready = async () => {
      const { instances } = (await world.host.service(world.name, service))!
      return instances.filter(({ role, status }) => role === 'stable' && status === 'ready')
    }
    for (let kill = 0; kill < 5; kill++) {
      await until(async () => (await ready()).length >= 2, 'two healthy instances')
      const [{ id, pid } = { id: '', pid: 0 }] = await ready()
      process.kill(pid, 'SIGKILL')
      await until(async () => !(await ready()).some(instance => instance.id === id), 'its end to be noticed')
    }
    running = false
    await clients
    expect(new Set(answers)).toEqual(new Set([200]))
  })
})
