import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Client } from '../client/client.ts'
import { ApiProblem } from '../client/errors.ts'
import { followLog } from './follow-log.ts'

type Reading = { status: string; text: string | null; leftOut?: number }

/** A run whose only job says what the readings say, one after the other; the last one stays. */
function following(readings: readonly Reading[]) {
  let at = -1
  const now = () => readings[Math.min(at, readings.length - 1)]!
  const client = {
    async getExecution() {
      at += 1
      return { status: 'running', stages: [{ id: 'migrate', type: 'run', status: now().status }] }
    },
    async getStageLog() {
      const { text, leftOut = 0 } = now()
      if (text === null)
        throw new ApiProblem({ type: 'refused', status: 409, title: 'refused', detail: 'not yet' } as never)
      return { stage: 'migrate', target: 'eu', reference: 'r', text, leftOut }
    },
  } as unknown as Client
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = { stdin: new PassThrough(), stdout, stderr, env: {} }
  const read = () => [String(stdout.read() ?? ''), String(stderr.read() ?? '')]
  return { read, follow: (stage?: string) => followLog(client, 'shop-1', stage, io) }
}

test('a log is printed as it grows, by whole lines, until the stage has ended', async () => {
  const { read, follow } = following([
    { status: 'pending', text: null },
    { status: 'running', text: 'one\ntw' },
    { status: 'running', text: 'one\ntwo\n' },
    { status: 'succeeded', text: 'one\ntwo\nthree' },
  ])
  await follow('migrate')
  expect(read()).toEqual(['one\ntwo\nthree\n', ''])
})

test('what was too much to read, and a log that began anew, lose nothing silently', async () => {
  const { read, follow } = following([
    { status: 'running', text: 'a\n' },
    { status: 'running', text: 'z\n', leftOut: 5 },
    { status: 'failed', text: 'new\n' },
  ])
  await follow('migrate')
  expect(read()).toEqual(['a\nz\nnew\n', '3 characters are left out\n'])
})

test('a job that never began ends it with the reason', async () => {
  await expect(following([{ status: 'skipped', text: null }]).follow('migrate')).rejects.toThrow('not yet')
})
