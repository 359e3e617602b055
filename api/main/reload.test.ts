import pino from 'pino'
import { expect, test } from 'vitest'
import { type Configuration, configuration as schema } from '../../pipeline/schema/configuration.ts'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { createReloader, type Prepare } from './reload.ts'

const log = pino({ level: 'silent' })
const of = (change: object = {}): Configuration => schema.parse(change)

/** A file that is read again, and who is told of what is in it, in order. */
function reloading(prepare?: readonly Prepare[]) {
  const store = memoryStore()
  const told: string[] = []
  let file: () => Configuration = () => of()
  const telling =
    (name: string): Prepare =>
    ({ limits }) =>
    async () => {
      await Promise.resolve()
      told.push(`${name} ${limits.logins}`)
    }
  const reloader = createReloader({
    ...{ configuration: of(), read: () => file(), store, log, now: () => new Date(0) },
    prepare: prepare ?? [telling('worker'), telling('api')],
  })
  return {
    ...{ store, told, reloader },
    async put(next: () => Configuration) {
      file = next
      await reloader.reload()
    },
  }
}

const refused = (store: ReturnType<typeof memoryStore>) =>
  store.audited.filter(({ action }) => action === 'configuration.refuse')

test('what has changed is in force everywhere, workers first; what has not makes no work', async () => {
  const { told, put, reloader } = reloading()
  await put(() => of())
  expect(told).toEqual([])
  await put(() => of({ limits: { logins: 5 } }))
  await put(() => of({ limits: { logins: 5 } }))
  expect(told).toEqual(['worker 5', 'api 5'])
  expect(reloader.state()).toEqual({ since: '1970-01-01T00:00:00.000Z', refused: null, needsRestart: [] })
})

test('a file that is not valid is refused: what was in force stays, and that is seen and recorded once', async () => {
  const { told, put, reloader, store } = reloading()
  const faults = () => {
    throw new Error('the configuration slipway.yaml is not valid:\nslipway.yaml:1:1 unknown key "target"')
  }
  await put(faults)
  await put(faults)
  expect(told).toEqual([])
  expect(reloader.state().refused?.problems[1]).toBe('slipway.yaml:1:1 unknown key "target"')
  expect(refused(store)).toMatchObject([{ outcome: 'refused', actor: 'server' }])
  await put(() => of({ limits: { logins: 7 } }))
  expect(told).toEqual(['worker 7', 'api 7'])
  expect(reloader.state().refused).toBeNull()
})

test('what cannot be made changes nothing, not even half of it', async () => {
  const told: string[] = []
  const fine: Prepare = () => async () => void told.push('worker')
  const failing: Prepare = () => {
    throw new Error('the user file cannot be used')
  }
  const { put, reloader } = reloading([fine, failing])
  await put(() => of({ limits: { logins: 5 } }))
  expect(told).toEqual([])
  expect(reloader.state().refused?.problems).toEqual(['the user file cannot be used'])
})

test('what needs a restart is named and left as it was; the rest is in force', async () => {
  const given: Configuration[] = []
  const { put, reloader } = reloading([configuration => async () => void given.push(configuration)])
  const encryption = { keys: [{ id: 'one', key: { env: 'KEY' } }] }
  await put(() => of({ encryption, limits: { logins: 5 } }))
  expect(given).toMatchObject([{ limits: { logins: 5 } }])
  expect(given[0]!.encryption).toBeUndefined()
  expect(reloader.state().needsRestart).toEqual(['encryption'])
  await put(() => of({ limits: { logins: 5 } }))
  expect(reloader.state().needsRestart).toEqual([])
})

test('reloads that come at once happen one after the other', async () => {
  const { told, put } = reloading()
  await Promise.all([1, 2, 3].map(logins => put(() => of({ limits: { logins } }))))
  // Each reads the file as it is when its turn comes.
  expect(told).toEqual(['worker 3', 'api 3'])
})
