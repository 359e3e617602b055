import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { maintain } from './maintenance.ts'
import type { Session } from './session.ts'

let data: string
let stopping: AbortController

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'slipway-maintenance-'))
  mkdirSync(join(data, 'pg_wal'))
  stopping = new AbortController()
})

afterEach(() => {
  stopping.abort()
  rmSync(data, { recursive: true })
})

function session(due: string[]) {
  const ran: string[] = []
  let requests = 0
  const row = (text: string) => {
    const body = Buffer.from(text)
    const message = Buffer.alloc(11 + body.length)
    message.write('D')
    message.writeInt16BE(1, 5)
    message.writeInt32BE(body.length, 7)
    body.copy(message, 11)
    return message
  }
  const fake: Session = {
    ask() {},
    leave() {},
    requests: () => requests,
    async run(statement) {
      requests += 1
      ran.push(statement.trim().split('\n')[0]!)
      return statement.includes('pg_stat_user_tables') ? due.map(row) : []
    },
  }
  return { fake, ran, ask: () => (requests += 1) }
}

test('vacuums what is due after something was asked, and then is quiet', async () => {
  const { fake, ran, ask } = session(['vacuum (analyze) public.executions', 'analyze public.events'])
  const ended = maintain(fake, data, 5, stopping.signal)
  await setTimeout(30)
  expect(ran).toEqual([])
  ask()
  await setTimeout(30)
  expect(ran.slice(1)).toEqual(['vacuum (analyze) public.executions', 'analyze public.events'])
  stopping.abort()
  await ended
})

test('makes a checkpoint when the log of writes has grown', async () => {
  for (let index = 0; index < 50; index += 1) {
    writeFileSync(join(data, 'pg_wal', `0000000100000000${String(index).padStart(8, '0')}`), '')
  }
  const { fake, ran, ask } = session([])
  const ended = maintain(fake, data, 5, stopping.signal)
  ask()
  await setTimeout(30)
  expect(ran[0]).toBe('checkpoint')
  stopping.abort()
  await ended
})
