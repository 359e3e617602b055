import pino from 'pino'
import { expect, test } from 'vitest'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { type RetentionParts, removeOldRuns } from './retention.ts'

const day = 86_400_000
const log = pino({ level: 'silent' })
const now = () => new Date('2026-03-31T00:00:00.000Z')

/** Sweeps once. */
async function sweep(store: RetentionParts['store'], age: number): Promise<void> {
  const stop = new AbortController()
  const done = removeOldRuns({ store, now, log }, age, stop.signal)
  await new Promise(resolve => setImmediate(resolve))
  stop.abort()
  await done
}

test('what webhooks were answered goes with the runs of that time', async () => {
  const store = memoryStore()
  for (const [id, at] of Object.entries({ old: '2026-01-29T23:59:59.999Z', young: '2026-01-30T00:00:00.000Z' }))
    await store.deliveries.keep({ source: 'ci', id, at, answer: null, final: true })
  await sweep(store, 60 * day)
  expect((await store.deliveries.list('ci', 10)).map(({ id }) => id)).toEqual(['young'])
})

test('runs that cannot be removed keep no delivery from going; those of 30 days stay however short runs are kept', async () => {
  const asked: string[] = []
  const refuse = async () => {
    throw new Error('no')
  }
  const prune = async (before: string) => asked.push(before)
  await sweep({ prune: refuse, deliveries: { prune } }, day)
  expect(asked).toEqual(['2026-03-01T00:00:00.000Z'])
})
