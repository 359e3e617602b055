import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { query, statementOf } from './frames.ts'
import type { Client } from './session.ts'
import { openSession } from './session.ts'

/** An engine that only knows whether it is in a transaction, and remembers what it was asked. */
function engine() {
  const asked: string[] = []
  let status = 'I'
  return {
    asked,
    async execute(request: Buffer) {
      const statement = statementOf(request) ?? request.toString('latin1').match(/rollback/)?.[0] ?? ''
      asked.push(statement)
      if (statement === 'begin') status = 'T'
      if (statement === 'commit' || statement === 'rollback') status = 'I'
      return [Buffer.from(`Z\0\0\0\x05${status}`, 'latin1')]
    },
  }
}

function client(): Client & { answers: number; dismissed: boolean } {
  return {
    answers: 0,
    dismissed: false,
    answer() {
      this.answers += 1
    },
    dismiss() {
      this.dismissed = true
    },
  }
}

async function settled() {
  await setTimeout(5)
}

test('a client in a transaction keeps the session, the others wait in line', async () => {
  const { asked, execute } = engine()
  const session = openSession(execute, () => {}, 10_000)
  const [one, two] = [client(), client()]
  session.ask(one, query('begin'))
  session.ask(two, query('select 2'))
  session.ask(one, query('insert'))
  await settled()
  expect(asked).toEqual(['begin', 'insert'])
  session.ask(one, query('commit'))
  await settled()
  expect(asked).toEqual(['begin', 'insert', 'commit', 'select 2'])
  expect([one.answers, two.answers]).toEqual([3, 1])
})

test('what a client began is rolled back when it goes, and what it still asked is forgotten', async () => {
  const { asked, execute } = engine()
  const session = openSession(execute, () => {}, 10_000)
  const [one, two] = [client(), client()]
  session.ask(one, query('begin'))
  await settled()
  session.ask(two, query('select 2'))
  session.leave(one)
  await settled()
  expect(asked).toEqual(['begin', 'rollback', 'select 2'])

  session.ask(one, query('begin'))
  session.ask(two, query('never'))
  session.leave(two)
  session.ask(one, query('commit'))
  await settled()
  expect(asked.slice(3)).toEqual(['begin', 'commit'])
})

test('a client that holds the session and says nothing is dismissed', async () => {
  const { asked, execute } = engine()
  const session = openSession(execute, () => {}, 10)
  const [one, two] = [client(), client()]
  session.ask(one, query('begin'))
  session.ask(two, query('select 2'))
  await setTimeout(50)
  expect(one.dismissed).toBe(true)
  expect(two.dismissed).toBe(false)
  expect(asked).toEqual(['begin', 'rollback', 'select 2'])
})

test('notifications go to who listens, not to who happened to ask', async () => {
  const told: string[] = []
  const execute = async () => [Buffer.from('A\0\0\0\x04', 'latin1'), Buffer.from('Z\0\0\0\x05I', 'latin1')]
  const session = openSession(execute, message => told.push(message.toString('latin1', 0, 1)), 10_000)
  const answer = await session.run('select 1')
  expect(told).toEqual(['A'])
  expect(answer).toHaveLength(1)
})
