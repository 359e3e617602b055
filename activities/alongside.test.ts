import { expect, it } from 'vitest'
import type { RecordBatch } from '../store/store.ts'
import { recordsAlongside } from './alongside.ts'

const batch: RecordBatch = { snapshot: null, sequence: 1, events: [], evidence: [] }
const turns = () => new Promise(resolve => setImmediate(resolve))

/** A store that is down until it is told to be up. */
function downStore() {
  const recorded: RecordBatch[] = []
  let tries = 0
  return {
    recorded,
    up: false,
    get tries() {
      return tries
    },
    async record(one: RecordBatch) {
      tries += 1
      if (!this.up) throw new Error('down')
      recorded.push(one)
    },
  }
}

it('gives an activity what is its own, and records what came along without waiting', async () => {
  const store = { record: () => new Promise<void>(() => {}) }
  const asked: unknown[][] = []
  const act = recordsAlongside(async (...request) => asked.push(request), store)
  expect(await act('one', { alongside: batch })).toBe(1)
  expect(await act('two')).toBe(2)
  expect(asked).toEqual([['one'], ['two']])
})

it('tries until it is recorded, for as long as the activity acts and no longer', async () => {
  const store = downStore()
  let end = () => {}
  const act = recordsAlongside(() => new Promise<void>(resolve => (end = resolve)), store, 0)
  const acting = act({ alongside: batch })
  await expect.poll(() => store.tries).toBeGreaterThan(2)
  store.up = true
  await expect.poll(() => store.recorded).toEqual([batch])
  end()
  await acting

  store.up = false
  const again = act({ alongside: batch })
  await turns()
  end()
  await again
  await turns()
  const { tries } = store
  await turns()
  await turns()
  expect(store.tries).toBe(tries)
})

it('fails with what the activity fails with, whatever becomes of the record', async () => {
  const act = recordsAlongside(() => Promise.reject(new Error('no room')), downStore(), 0)
  await expect(act({ alongside: batch })).rejects.toThrow('no room')
})
