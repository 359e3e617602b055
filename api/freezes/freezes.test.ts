import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { fakeInput } from './testing.ts'

let api: FakeApi
beforeEach(async () => {
  api = await startFakeApi()
})
afterEach(() => api.stop())

const far = '2199-01-01T00:00'
const order = { name: 'shop', body: { parameters: { version: '1' } } }

function create(change: object = {}) {
  return api.client.createFreeze({ body: { name: 'sale', reason: 'big day', end: far, ...change } })
}

describe('a freeze over the API', () => {
  test('refuses new runs with its name, reason, end and what to do, until it is ended', async () => {
    const freeze = await create()
    expect(freeze).toMatchObject({ name: 'sale', state: 'active', endsAt: '2199-01-01T00:00:00.000Z' })
    await expect(api.client.startExecution(order)).rejects.toMatchObject({
      kind: 'frozen',
      message: expect.stringMatching(/shop is frozen by sale until 2199.*: big day; wait.*freeze:override/),
    })
    await expect(create()).rejects.toMatchObject({ kind: 'refused' })
    expect((await api.client.listFreezes({})).items.map(({ name }) => name)).toEqual(['sale'])
    await api.client.endFreeze({ name: 'sale' })
    expect((await api.client.listFreezes({})).items).toEqual([])
    expect((await api.client.startExecution(order)).status).toBe('queued')
    expect(api.store.audited.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['freeze.create', 'freeze.end', 'execution.start']),
    )
  })

  test('is overridden by who may, and told to the run all the same only when it does not', async () => {
    await create()
    const run = await api.client.startExecution({ ...order, body: { ...order.body, overrideFreezes: true } })
    expect(api.engine.running.get(run.id)?.overridesFreezes).toBe(true)
    expect(api.engine.told.get(run.id)).toEqual([])
  })

  test('reaches runs in flight that it covers, and is taken back from them', async () => {
    const [shop, other] = [fakeInput('shop-1', 'shop'), fakeInput('other-1', 'other')]
    for (const input of [shop, other]) {
      api.store.put(anExecution({ id: input.id, pipeline: input.definition.name }), input)
      api.engine.running.set(input.id, input)
    }
    await create({ scope: { pipelines: ['shop'] } })
    expect(api.engine.told.get('shop-1')).toMatchObject([{ name: 'sale', reason: 'big day', targets: null }])
    expect(api.engine.told.has('other-1')).toBe(false)
    await api.client.endFreeze({ name: 'sale' })
    expect(api.engine.told.get('shop-1')).toEqual([])
  })

  test('of an environment names its targets, and lets a pipeline begin that also acts elsewhere', async () => {
    await create({ scope: { environments: ['test'] } })
    await expect(api.client.startExecution(order)).rejects.toMatchObject({ kind: 'frozen' })
    await api.client.endFreeze({ name: 'sale' })
    await create({ scope: { environments: ['production'] } })
    const run = await api.client.startExecution(order)
    expect(api.engine.told.get(run.id)).toEqual([])
  })

  test('knows the clocks of its timezone', async () => {
    const winter = await create({ timezone: 'Europe/Berlin', start: '2190-12-24T18:00', end: '2191-01-02T08:00' })
    expect(winter).toMatchObject({
      state: 'coming',
      startsAt: '2190-12-24T17:00:00.000Z',
      endsAt: '2191-01-02T07:00:00.000Z',
    })
    const summer = await create({ name: 'july', timezone: 'Europe/Berlin', start: '2190-07-01T18:00' })
    expect(summer.startsAt).toBe('2190-07-01T16:00:00.000Z')
  })

  test.each([
    [{ end: '2001-01-01T00:00' }, /over before it begins/],
    [{ start: far, end: '2190-01-01T00:00' }, /over before it begins/],
    [{ end: '2190-13-01T00:00' }, /no such time/],
    [{ end: 'tomorrow' }, /such as/],
    [{ timezone: 'Mars/Base' }, /timezone/],
    [{ scope: { teams: ['a'] } }, /teams/],
  ])('refuses %j', async (change, words) => {
    await expect(create(change)).rejects.toThrow(words)
  })
})

test('a run in flight is let go in spite of a freeze; one that is not there is not', async () => {
  api.engine.running.set('shop-1', fakeInput('shop-1', 'shop'))
  await api.client.overrideFreezes({ id: 'shop-1' })
  await expect(api.client.overrideFreezes({ id: 'nobody' })).rejects.toMatchObject({ kind: 'not-found' })
})

test('quarantine is shown, and a version is let in again once', async () => {
  const version = { application: 'store', service: 'web', version: '2' }
  api.store.quarantineList.push({
    ...{ ...version, reason: 'errors', execution: 'shop-1', since: '2026-01-01T00:00:00.000Z' },
    ...{ until: '2199-01-01T00:00:00.000Z', releasedAt: null, releasedBy: null },
  })
  expect((await api.client.listQuarantine({})).items).toMatchObject([version])
  await api.client.releaseQuarantine({ body: version })
  expect((await api.client.listQuarantine({})).items).toEqual([])
  await expect(api.client.releaseQuarantine({ body: version })).rejects.toMatchObject({ kind: 'not-found' })
  const done = api.store.audited.filter(({ outcome }) => outcome === 'allowed')
  expect(done.at(-1)).toMatchObject({ action: 'quarantine.release', subject: 'release:store/web/2' })
})
