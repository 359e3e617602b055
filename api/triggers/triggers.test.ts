import pino from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import { configuration } from '../../pipeline/schema/configuration.ts'
import { anExecution } from '../../test/fakes/api.ts'
import { type MemoryEngine, memoryEngine } from '../../test/fakes/memory-engine.ts'
import { type MemoryStore, memoryStore } from '../../test/fakes/memory-store.ts'
import type { Catalog } from '../definitions/catalog.ts'
import { createCheck } from '../definitions/check.ts'
import { type Definition, toDefinition } from '../definitions/definition.ts'
import type { SourceState } from '../definitions/source.ts'
import type { Schedules } from '../engine/schedules.ts'
import { createStarter } from '../executions/start.ts'
import { followOnce } from './finished.ts'
import { createFire, type Fire } from './fire.ts'
import { fireDue } from './firings.ts'
import { reconcileSchedules } from './schedules.ts'

const log = pino({ level: 'silent' })
const check = createCheck(configuration.parse({ hooks: { ci: { type: 'github', secret: { env: 'KEY' } } } }))
const known: SourceState = {
  type: 'directory',
  origin: '/p',
  revision: null,
  checkedAt: null,
  problem: null,
  known: true,
}

let store: MemoryStore
let engine: MemoryEngine
let definitions: Definition[]
let sources: SourceState[]
let catalog: Catalog
let fire: Fire
let now: Date

beforeEach(() => {
  store = memoryStore()
  engine = memoryEngine()
  definitions = []
  sources = [known]
  now = new Date('2026-03-01T09:00:05Z')
  catalog = {
    list: async () => definitions,
    get: async name => definitions.find(each => each.name === name) ?? null,
    sources: async () => sources,
    textAt: async () => null,
    refresh: async () => {},
  }
  const starter = createStarter({ store, engine, catalog, now: () => now, log })
  fire = createFire({ starter, store, now: () => now, log })
})

function define(name: string, ...triggers: string[]): void {
  const text = `name: ${name}
application: shop
parameters:
  version: { type: string, default: none }
triggers:
${triggers.map(trigger => `  - ${trigger}\n`).join('')}
stages:
  - { id: rest, type: wait, for: 1s }
`
  const definition = toDefinition({ source: `${name}.yaml`, origin: '/p' }, text, check)
  expect(definition.problems).toEqual([])
  definitions = [...definitions.filter(each => each.name !== name), definition]
}

describe('schedules', () => {
  const nightly = "{ type: schedule, cron: '0 9 * * 1-5', timezone: Europe/Berlin, parameters: { version: '1' } }"
  let kept: Map<string, string>
  let calls: string[]
  const schedules: Schedules = {
    list: async () => new Map(kept),
    put: async schedule => void calls.push(`put ${schedule.pipeline}/${schedule.index} ${schedule.cron}`),
    remove: async id => void calls.push(`remove ${id}`),
  }

  beforeEach(() => {
    kept = new Map()
    calls = []
  })

  test('are made, changed and removed as the pipelines say, and otherwise left alone', async () => {
    define('nightly', nightly)
    const first = await reconcileSchedules({ catalog, schedules, log }, null)
    expect(calls).toEqual(['put nightly/0 0 9 * * 1-5'])
    expect(await reconcileSchedules({ catalog, schedules, log }, first)).toEqual(first)
    define('nightly', nightly.replace('1-5', '1-4'))
    const second = await reconcileSchedules({ catalog, schedules, log }, first)
    definitions = []
    await reconcileSchedules({ catalog, schedules, log }, second)
    expect(calls.slice(1)).toEqual(['put nightly/0 0 9 * * 1-4', 'remove slipway-schedule/nightly/0'])
  })

  test('are not removed while a source has not been read', async () => {
    kept.set('slipway-schedule/nightly/0', 'x')
    sources = [{ ...known, type: 'repository', known: false }]
    await reconcileSchedules({ catalog, schedules, log }, null)
    expect(calls).toEqual([])
  })

  const word = (time: string) => ({
    ...{ id: `schedule/nightly/0-${time}`, pipeline: 'nightly', parameters: { version: '1' } },
    trigger: { type: 'schedule' as const, by: 'schedule:nightly', detail: '0 9 * * *' },
  })

  test('start a run for each time, once', async () => {
    define('nightly', nightly)
    await store.firings.put(word('2026-03-01T09:00:00Z'))
    for (let round = 0; round < 3; round++) {
      await fireDue({ firings: store.firings, catalog, fire, now: () => now, log })
      await store.firings.put(word('2026-03-01T09:00:00Z'))
    }
    expect(engine.starts).toHaveLength(1)
    expect(engine.running.get(engine.starts[0]!)).toMatchObject({
      parameters: { version: '1' },
      trigger: { type: 'schedule', by: 'schedule:nightly', detail: '0 9 * * *' },
    })
  })

  test('let a time go that was missed for too long, and a pipeline that is not scheduled any more, visibly', async () => {
    define('nightly', nightly)
    await store.firings.put(word('2026-03-01T08:57:00Z'))
    await fireDue({ firings: store.firings, catalog, fire, now: () => now, log })
    define('nightly', '{ type: webhook, source: ci }')
    await store.firings.put(word('2026-03-01T09:00:00Z'))
    await fireDue({ firings: store.firings, catalog, fire, now: () => now, log })
    expect(engine.starts).toEqual([])
    expect(store.audited.map(({ outcome, data }) => [outcome, data.reason])).toEqual([
      ['refused', 'its time, 2026-03-01T08:57:00Z, was missed by 185 s'],
      ['refused', 'nightly has no schedule any more'],
    ])
  })

  test('wait while the store or the engine is away', async () => {
    define('nightly', nightly)
    await store.firings.put(word('2026-03-01T09:00:00Z'))
    engine.down = true
    await expect(fireDue({ firings: store.firings, catalog, fire, now: () => now, log })).rejects.toThrow()
    engine.down = false
    await fireDue({ firings: store.firings, catalog, fire, now: () => now, log })
    expect(engine.starts).toHaveLength(1)
  })
})

describe('the end of another pipeline', () => {
  const end = (id: string, status: 'succeeded' | 'failed' = 'succeeded', change: object = {}) => {
    const execution = anExecution({ id, pipeline: 'build', status, parameters: { version: '7' }, ...change })
    store.put(execution)
    store.add({ execution: id, kind: 'execution.status', data: { status } })
  }
  const follow = () => followOnce({ store, catalog, fire, log })
  const after = "{ type: pipeline, pipeline: build, parameters: { version: '${{ run.parameters.version }}' } }"

  test('starts what waits for it, with its parameters, once over restarts', async () => {
    define('ship', after)
    await follow()
    end('build-1')
    end('build-2', 'failed')
    end('other-1', 'succeeded', { pipeline: 'other' })
    await follow()
    await follow()
    expect(engine.starts).toHaveLength(1)
    expect(engine.running.get(engine.starts[0]!)).toMatchObject({
      ...{ parameters: { version: '7' } },
      trigger: { type: 'pipeline', by: 'pipeline:build', detail: 'build-1 succeeded' },
    })
    // As another server that has not heard how far this one has come.
    await store.readers.advance('finished-pipelines', 0)
    expect(engine.starts).toHaveLength(1)
  })

  test('counts only as asked for, and only from when somebody followed', async () => {
    end('build-0', 'failed')
    define(
      'mend',
      '{ type: pipeline, pipeline: build, status: [failed, errored], when: "${{ run.parameters.version != \'8\' }}" }',
    )
    await follow()
    end('build-1', 'failed')
    end('build-2', 'failed', { parameters: { version: '8' } })
    end('build-3')
    await follow()
    expect(engine.starts).toHaveLength(1)
  })

  test('is refused when pipelines start each other in a circle', async () => {
    define('ship', after)
    await follow()
    for (let index = 1; index <= 10; index++)
      store.put(
        anExecution({
          id: `run-${index}`,
          trigger: { type: 'pipeline', by: 'pipeline:x', detail: `run-${index - 1} succeeded` },
        }),
      )
    end('build-1', 'succeeded', { trigger: { type: 'pipeline', by: 'pipeline:x', detail: 'run-10 succeeded' } })
    await follow()
    expect(engine.starts).toEqual([])
    expect(store.audited[0]!.data.reason).toContain('break the circle')
  })

  test('waits while the store is away', async () => {
    define('ship', after)
    await follow()
    end('build-1')
    engine.down = true
    await expect(follow()).rejects.toThrow()
    engine.down = false
    await follow()
    expect(engine.starts).toHaveLength(1)
  })
})
