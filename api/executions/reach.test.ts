import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { validatePipeline } from '../../pipeline/validate.ts'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import type { Definition } from '../definitions/definition.ts'
import { childPipelines } from './child-pipelines.ts'
import { reachOf } from './reach.ts'

/**
 * security.md row 14: who may start a pipeline in one environment does not get into another one by a stage that starts
 * another pipeline.
 */

const deploy = (name: string, target: string) => `name: ${name}
application: store
stages: [{ id: roll, type: deploy, target: ${target}, service: web, release: { version: '1', command: [node, a.mjs] } }]
`
const parent = (name: string, children: string[]) => `name: ${name}
application: store
stages:
${children.map(child => `  - { id: ${child}, type: pipeline, pipeline: ${child} }`).join('\n')}
`

let api: FakeApi
let tester = ''

beforeAll(async () => {
  const target = (environment: string) => ({
    ...{ type: 'process' as const, environment, services: { web: { directory: '/tmp' } } },
  })
  api = await startFakeApi({ targets: { local: target('test'), eu: target('production') } })
  for (const [name, text] of Object.entries({
    roll: deploy('roll', 'eu'),
    try: deploy('try', 'local'),
    inner: parent('inner', ['roll']),
    outer: parent('outer', ['try', 'inner']),
    harmless: parent('harmless', ['try']),
    missing: parent('missing', ['try', 'gone']),
  }))
    api.write(`${name}.yaml`, text)
  const rules = { allow: ['execution:*', 'pipeline:read'], environments: ['test'] }
  tester = (await api.client.createToken({ body: { name: 'tester', ...rules } as never })).token
})

afterAll(() => api.stop())

const post = async (path: string, body = '{}') => {
  const headers = { authorization: `Bearer ${tester}`, 'content-type': 'application/json' }
  const response = await fetch(api.url + path, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}
const start = (name: string) => post(`/api/v1/pipelines/${name}/executions`)

describe('whoever may start a run somewhere', () => {
  test('starts what stays there, with all that it starts', async () => {
    expect((await start('try')).status).toBe(202)
    expect((await start('harmless')).status).toBe(202)
    expect((await start('missing')).status).toBe(202)
  })

  test('does not start what goes further by one that it starts, however far down', async () => {
    for (const name of ['roll', 'inner', 'outer']) {
      const { status, text } = await start(name)
      expect([status, text]).toEqual([403, expect.stringMatching(/execution:start in store, .*production/)])
    }
  })

  test('does not cancel, or answer for, such a run of somebody else either', async () => {
    const { id } = await api.client.startExecution({ name: 'outer' })
    expect((await post(`/api/v1/executions/${id}/cancel`)).status).toBe(403)
    const own = await api.client.startExecution({ name: 'harmless' })
    expect((await post(`/api/v1/executions/${own.id}/cancel`)).status).toBe(202)
  })
})

describe('a run that starts another', () => {
  const children = (pipelines: Readonly<Record<string, string | undefined>>) => {
    const catalog = {
      get: async (name: string): Promise<Definition | null> => {
        const text = pipelines[name]
        if (text === undefined) return null
        const known = { name, text, revision: 'r', definitionHash: 'h', source: 'f', origin: 'o', problems: [] }
        return { ...known, pipeline: parsed(name, text) } as unknown as Definition
      },
    }
    const started: string[] = []
    const pipes = childPipelines({
      ...{ store: api.store, engine: api.engine, catalog, now: () => new Date(0) },
      result: async () => Promise.reject(new Error('not asked for')),
      starter: {
        startPrepared: async ({ input }) => {
          started.push(`${input.definition.name} ${input.reach?.join()}`)
          return { execution: {} as never, replayed: false }
        },
      },
    })
    return { pipes, started, catalog }
  }

  const parsed = (name: string, text: string) => validatePipeline(text, `${name}.yaml`).pipeline

  test('goes only where the first was allowed to go, even when the second has changed meanwhile', async () => {
    const { id } = await api.client.startExecution({ name: 'harmless' })
    expect((await api.store.input(id))?.reach).toEqual(['local'])
    const request = { id: `${id}/1`, pipeline: 'try', parameters: {}, parent: id }
    const same = children({ try: deploy('try', 'local') })
    expect(await same.pipes.start(request)).toMatchObject({ refused: null })
    expect(same.started).toEqual(['try local'])
    for (const changed of [
      { try: deploy('try', 'eu') },
      { try: parent('try', ['roll']), roll: deploy('roll', 'eu') },
    ]) {
      const other = children(changed)
      const { refused } = await other.pipes.start(request)
      expect(refused).toContain(`it touches eu, which was not so when ${id} was started`)
      expect(other.started).toEqual([])
    }
  })

  test('reaches all that is below, each once, over circles', async () => {
    const { catalog } = children({ a: parent('a', ['b']), b: parent('b', ['a', 'c']), c: deploy('c', 'eu') })
    const first = (await catalog.get('a'))!.pipeline!
    expect(await reachOf(first, catalog)).toEqual(['eu'])
  })
})
