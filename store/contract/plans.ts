import { describe, expect, test } from 'vitest'
import type { Freeze } from '../../pipeline/freezes.ts'
import { batch } from './samples.ts'
import type { Suite } from './suite.ts'

export function plansContract(suite: Suite): void {
  const everything = { applications: [], pipelines: [], environments: [], targets: [] }
  const freeze = (change: Partial<Freeze> = {}): Omit<Freeze, 'endedBy'> => ({
    name: 'year-end',
    scope: everything,
    reason: 'nobody is there',
    timezone: 'Europe/Berlin',
    startsAt: '2026-12-24T17:00:00.000Z',
    endsAt: '2027-01-02T07:00:00.000Z',
    createdBy: 'user:ada',
    createdAt: '2026-12-01T10:00:00.000Z',
    ...change,
  })
  const now = '2026-12-02T10:00:00.000Z'

  describe('freezes', () => {
    test('are kept as they were given, and gone from the list when they are over', async () => {
      const narrow = { ...everything, applications: ['shop'], environments: ['production'] }
      expect(await suite.store.addFreeze(freeze({ scope: narrow }))).toBe(true)
      expect(await suite.store.freezes(now)).toEqual([{ ...freeze({ scope: narrow }), endedBy: null }])
      expect(await suite.store.freezes('2027-01-02T07:00:00.000Z')).toEqual([])
      expect((await suite.store.pastFreezes(10)).map(({ name }) => name)).toEqual(['year-end'])
    })

    test('have a name that no other one in force or to come has', async () => {
      expect(await suite.store.addFreeze(freeze())).toBe(true)
      expect(await suite.store.addFreeze(freeze({ createdAt: now }))).toBe(false)
      expect(await suite.store.addFreeze(freeze({ name: 'other', createdAt: now }))).toBe(true)
      const next = freeze({ createdAt: '2027-01-03T00:00:00.000Z', endsAt: '2028-01-01T00:00:00.000Z' })
      expect(await suite.store.addFreeze(next)).toBe(true)
    })

    test('end before their time, once, also before they have begun', async () => {
      await suite.store.addFreeze(freeze())
      expect(await suite.store.endFreeze('year-end', 'user:bob', now)).toBe(true)
      expect(await suite.store.endFreeze('year-end', 'user:bob', now)).toBe(false)
      expect(await suite.store.freezes(now)).toEqual([])
      expect(await suite.store.pastFreezes(10)).toMatchObject([{ startsAt: now, endsAt: now, endedBy: 'user:bob' }])
    })
  })

  describe('quarantine', () => {
    const data = {
      application: 'shop',
      target: 'eu',
      service: 'web',
      version: '2.0.0',
      key: '["2.0.0",null]',
      reason: 'errors',
      until: '2026-03-08T10:00:00.000Z',
    }
    const at = '2026-03-01T10:00:00.000Z'
    const bad = (sequence: number, change = {}) => ({
      ...{ execution: 'shop-1', sequence, at, kind: 'release.quarantined' as const, stage: 'canary' },
      data: { ...data, ...change },
    })
    const release = { application: 'shop', service: 'web', key: data.key }

    test('takes in what an event tells, once, however often it is recorded', async () => {
      const events = { ...batch('shop-1', 2), events: [bad(1), bad(2, { service: 'api' })] }
      await suite.store.record(events)
      await suite.store.record(events)
      expect(await suite.store.quarantine(10)).toHaveLength(2)
      expect(await suite.store.quarantined(release, at)).toEqual({
        ...{ application: 'shop', service: 'web', version: '2.0.0', reason: 'errors', execution: 'shop-1' },
        ...{ since: at, until: data.until, releasedAt: null, releasedBy: null },
      })
      expect(await suite.store.quarantined({ ...release, key: 'other' }, at)).toBeNull()
      expect(await suite.store.quarantined({ ...release, application: 'other' }, at)).toBeNull()
    })

    test('ends by itself, or when somebody lets the version in again', async () => {
      await suite.store.record({ ...batch('shop-1', 2), events: [bad(1)] })
      expect(await suite.store.quarantined(release, data.until)).toBeNull()
      expect(await suite.store.quarantine(10, data.until)).toEqual([])
      const version = { application: 'shop', service: 'web', version: '2.0.0' }
      expect(await suite.store.releaseVersion(version, 'user:ada', at)).toBe(true)
      expect(await suite.store.releaseVersion(version, 'user:ada', at)).toBe(false)
      expect(await suite.store.quarantined(release, at)).toBeNull()
      expect(await suite.store.quarantine(10)).toMatchObject([{ releasedAt: at, releasedBy: 'user:ada' }])
    })
  })
}
