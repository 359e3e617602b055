import pino from 'pino'
import { expect, test } from 'vitest'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { type Operation, routes } from '../contract/routes.ts'
import { actionOf, changes, isRecorded, subjectIn } from './actions.ts'
import { createAuditor } from './auditor.ts'

const facts = { actor: 'mallory', action: 'token.create', subject: 'token', data: {} }

function auditorOn(bounds: { ofOne: number; ofAll: number }) {
  const store = memoryStore()
  const now = () => new Date(0)
  return { store, auditor: createAuditor(store, { now, log: pino({ level: 'silent' }), bounds }) }
}

test('a flood of refusals does not fill the log, by one actor or by many', async () => {
  const one = auditorOn({ ofOne: 3, ofAll: 100 })
  for (let index = 0; index < 1_000; index++) one.auditor.refused(facts)
  await one.auditor.settled()
  expect(one.store.audited).toHaveLength(3)
  const many = auditorOn({ ofOne: 3, ofAll: 10 })
  for (let index = 0; index < 1_000; index++) many.auditor.refused({ ...facts, actor: `mallory-${index}` })
  await many.auditor.settled()
  expect(many.store.audited).toHaveLength(10)
})

test('what was left out is counted with the next one that is written', async () => {
  const { store, auditor } = auditorOn({ ofOne: 2, ofAll: 100 })
  for (const times of [2, 5]) {
    for (let index = 0; index < times; index++) auditor.refused(facts)
    await auditor.settled()
  }
  auditor.refused({ ...facts, actor: 'eve' })
  await auditor.settled()
  expect(store.audited.at(-1)).toMatchObject({ actor: 'eve', outcome: 'refused', data: { omittedBefore: 5 } })
})

test('a store that is away loses no request, and says so where something was done', async () => {
  const { store, auditor } = auditorOn({ ofOne: 2, ofAll: 100 })
  store.down = true
  auditor.refused(facts)
  await auditor.settled()
  await expect(auditor.done(facts)).rejects.toThrow('the store is down')
})

test('every operation that changes something is recorded, by itself or for it', () => {
  const operations = Object.keys(routes) as Operation[]
  expect(operations.filter(isRecorded).map(actionOf)).toEqual(
    expect.arrayContaining(['token.create', 'token.revoke', 'session.open', 'session.close', 'loginLink.create']),
  )
  for (const operation of operations) if (isRecorded(operation)) expect(changes(routes[operation])).toBe(true)
  expect(isRecorded('listTokens')).toBe(false)
  expect(subjectIn(routes.revokeToken, { name: 'ci' })).toBe('token:ci')
  expect(subjectIn(routes.cancelExecution, { id: 'shop-1' })).toBe('execution:shop-1')
})
