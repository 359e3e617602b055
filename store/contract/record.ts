import { describe, expect, test } from 'vitest'
import { lookSequence } from '../../pipeline/execution.ts'
import type { Store } from '../store.ts'
import { batch, event, evidence } from './samples.ts'
import type { Suite } from './suite.ts'
export function recordContract(suite: Suite): void {
  describe('record', () => {
    test('keeps snapshot, events and evidence, and numbers the events from 1', async () => {
      const sent = batch('checkout-1', 2, { status: 'running' })
      await suite.store.record({ ...sent, evidence: [evidence('checkout-1', 'canary', 1)] })
      expect(await suite.store.get('checkout-1')).toEqual({ ...sent.snapshot, position: 2 })
      expect(await suite.store.events(0, 10)).toEqual(
        sent.events.map((event, index) => ({ ...event, position: index + 1 })),
      )
      expect(await suite.store.evidence('checkout-1')).toEqual([evidence('checkout-1', 'canary', 1)])
      expect(await suite.store.position()).toBe(2)
    })

    test('the same batch again changes nothing, not even in many copies at once', async () => {
      const sent = { ...batch('checkout-1', 3, { status: 'running' }), evidence: [evidence('checkout-1', 'canary', 1)] }
      await Promise.all(Array.from({ length: 30 }, () => suite.store.record(sent)))
      expect((await suite.store.events(0, 100)).map(event => [event.position, event.sequence])).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
      ])
      expect(await suite.store.evidence('checkout-1')).toHaveLength(1)
      expect(await suite.store.position()).toBe(3)
    })

    test('an older snapshot never replaces a newer one, but its events are kept', async () => {
      await suite.store.record({ ...batch('checkout-1', 4, { status: 'succeeded' }), events: [event('checkout-1', 4)] })
      await suite.store.record({ ...batch('checkout-1', 3, { status: 'running' }), events: [event('checkout-1', 3)] })
      expect(await suite.store.get('checkout-1')).toMatchObject({ status: 'succeeded', position: 2 })
      expect((await suite.store.events(0, 10)).map(one => one.sequence)).toEqual([4, 3])
    })

    test('a batch may come without events, or with one event twice', async () => {
      await suite.store.record({ ...batch('checkout-1', 1, { status: 'running' }), events: [] })
      await suite.store.record({ ...batch('checkout-1', 2), events: [event('checkout-1', 2), event('checkout-1', 2)] })
      expect(await suite.store.get('checkout-1')).toMatchObject({ position: 1 })
      expect(await suite.store.position()).toBe(1)
    })

    test('the looks of a canary are recorded without the state of their run, before or after it is known', async () => {
      const look = (number: number) => ({
        snapshot: null,
        sequence: 0,
        events: [event('checkout-1', lookSequence(0, number))],
        evidence: [evidence('checkout-1', 'canary', number)],
      })
      await suite.store.record(look(1))
      expect(await suite.store.get('checkout-1')).toBeNull()
      await suite.store.record({ ...batch('checkout-1', 1), events: [] })
      expect(await suite.store.get('checkout-1')).toMatchObject({ status: 'running', position: 1 })
      await Promise.all([suite.store.record(look(2)), suite.store.record(look(2))])
      await suite.store.record({ ...look(2), events: [] })
      expect(await suite.store.get('checkout-1')).toMatchObject({ status: 'running', position: 2 })
      expect((await suite.store.events(0, 10)).map(one => one.sequence)).toEqual([1_000_001, 1_000_002])
      expect(await suite.store.evidence('checkout-1')).toHaveLength(2)
    })

    test('text that the database cannot hold is made storable: a run must not be kept open by it', async () => {
      const sent = batch('checkout-1', 1, { status: 'failed', reason: 'exit\0code \ud800' })
      await suite.store.record({ ...sent, events: [{ ...event('checkout-1', 1), data: { log: '\0\u0001ä\\u0000' } }] })
      expect((await suite.store.get('checkout-1'))?.reason).toBe('exit\uFFFDcode \uFFFD')
      expect((await suite.store.events(0, 10))[0]?.data).toEqual({ log: '\uFFFD\u0001ä\\u0000' })
    })

    test('a megabyte of evidence is taken and given back', async () => {
      const counts = Array.from({ length: 100_000 }, (_, index) => index)
      const large = { ...evidence('checkout-1', 'canary', 1), canary: { counts } }
      await suite.store.record({ ...batch('checkout-1', 1), evidence: [large] })
      expect(await suite.store.evidence('checkout-1')).toEqual([large])
    })

    test('evidence is listed by stage, look and metric', async () => {
      const all = [
        evidence('checkout-1', 'us', 1),
        evidence('checkout-1', 'canary', 2),
        evidence('checkout-1', 'canary', 10),
      ]
      await suite.store.record({ ...batch('checkout-1', 1), evidence: all })
      await suite.store.record({ ...batch('checkout-2', 1), evidence: [evidence('checkout-2', 'canary', 1)] })
      const places = async (of?: Parameters<Store['evidence']>[1]) =>
        (await suite.store.evidence('checkout-1', of)).map(one => `${one.stage} ${one.look}`)
      expect(await places()).toEqual(['canary 2', 'canary 10', 'us 1'])
      expect(await places({ stage: 'us' })).toEqual(['us 1'])
      expect(await places({ stage: 'none' })).toEqual([])
      expect(await places({ stage: 'canary' })).toEqual(['canary 2', 'canary 10'])
      expect(await places({ stage: 'canary', newest: 9 })).toEqual(['canary 2', 'canary 10'])
      expect(await places({ stage: 'canary', newest: 8 })).toEqual(['canary 10'])
      expect(await places({ stage: 'none', newest: 8 })).toEqual([])
    })

    test('the newest looks of a stage are found without those of another stage, or other events', async () => {
      const look = (stageIndex: number, number: number) => event('checkout-1', lookSequence(stageIndex, number))
      const events = [event('checkout-1', 7), ...[1, 2, 3].map(n => look(0, n)), look(1, 1), look(2, 9)]
      await suite.store.record({ ...batch('checkout-1', 7), events })
      await suite.store.record({ ...batch('checkout-2', 1), events: [event('checkout-2', lookSequence(0, 8))] })
      const sequences = async (stageIndex: number, newest: number) =>
        (await suite.store.looks('checkout-1', stageIndex, newest)).map(one => one.sequence)
      expect(await sequences(0, 10)).toEqual([1_000_001, 1_000_002, 1_000_003])
      expect(await sequences(0, 2)).toEqual([1_000_002, 1_000_003])
      expect(await sequences(1, 10)).toEqual([2_000_001])
      expect(await sequences(3, 10)).toEqual([])
    })

    test('a reader who follows the positions of many writers misses nothing and sees no gap', async () => {
      const writers = Array.from({ length: 12 }, (_, index) => `run-${index}`)
      const perWriter = 25
      const second = await suite.open()
      const reader = await suite.open()
      const seen: number[] = []
      const total = writers.length * perWriter * 2
      const reading = (async () => {
        while (seen.length < total) {
          const page = await reader.events(seen.at(-1) ?? 0, 100)
          seen.push(...page.map(one => one.position))
        }
      })()
      await Promise.all(
        writers.map(async (id, writer) => {
          for (let index = 1; index <= perWriter; index += 1) {
            const events = [event(id, index * 2 - 1), event(id, index * 2)]
            await (writer % 2 ? suite.store : second).record({ ...batch(id, index * 2), events })
          }
        }),
      )
      await reading
      expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1))
    })
  })
}
