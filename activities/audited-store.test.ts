import { beforeEach, expect, test } from 'vitest'
import type { ExecutionEvent } from '../pipeline/execution.ts'
import { batch, event } from '../store/contract/samples.ts'
import type { AuditEntry, RecordBatch } from '../store/store.ts'
import { auditedStore, startKey } from './audited-store.ts'

let written: { entry: AuditEntry; key: string | undefined }[]
let recorded: RecordBatch[]
let full: boolean

const store = auditedStore({
  record: async (sent: RecordBatch) => void recorded.push(sent),
  audit: async (entry: AuditEntry, key?: string) => {
    if (full) throw new Error('no space left')
    written.push({ entry, key })
    return { ...entry, sequence: written.length, previous: '', hash: '' }
  },
})

beforeEach(() => {
  written = []
  recorded = []
  full = false
})

test('the start of a run is told with its first event, by whom and why, under the key of whoever accepted it', async () => {
  await store.record(batch('run-1', 2))
  expect(recorded).toHaveLength(1)
  expect(written).toEqual([
    {
      key: startKey('run-1'),
      entry: expect.objectContaining({
        ...{ actor: 'ci', action: 'execution.start', subject: 'execution:run-1', outcome: 'allowed' },
        data: { trigger: 'api', definition: 'def456' },
      }),
    },
  ])
  await store.record(batch('run-1', 9))
  expect(written).toHaveLength(1)
})

test('verdicts, decisions and ends are told once each, under a key that says which', async () => {
  const told: Pick<ExecutionEvent, 'kind' | 'data'>[] = [
    { kind: 'canary.verdict', data: { verdict: 'fail', reason: 'errors' } },
    { kind: 'judgment.given', data: { by: 'ada', decision: 'approve' } },
    { kind: 'execution.status', data: { status: 'running' } },
    { kind: 'execution.status', data: { status: 'rolled-back', reason: 'errors' } },
  ]
  const events = told.map((change, index) => ({ ...event('run-1', index + 5), ...change }))
  await store.record({ ...batch('run-1', 8), events })
  expect(written.map(({ entry: { actor, action }, key }) => [actor, action, key])).toEqual([
    ['slipway', 'canary.verdict', 'run-1/5'],
    ['ada', 'judgment.given', 'run-1/6'],
    ['slipway', 'execution.status', 'run-1/rolled-back'],
  ])
})

test('an end that a snapshot shows before its event has come is told before it is seen, and once', async () => {
  const ended: ExecutionEvent = {
    ...event('run-1', 30),
    ...{ kind: 'execution.status', data: { status: 'errored', reason: 'canary: no metrics' } },
  }
  const shows = { status: 'errored', reason: 'canary: no metrics', endedAt: ended.at } as const
  const ends = () => written.filter(({ entry }) => entry.action === 'execution.status')
  await store.record(batch('run-1', 9, shows))
  const first = ends()
  expect(first.map(({ key, entry: { data } }) => [key, data])).toEqual([
    ['run-1/errored', { status: 'errored', reason: 'canary: no metrics', definition: 'def456' }],
  ])
  await store.record({ ...batch('run-1', 30, shows), events: [ended] })
  // The log takes a key once.
  expect(ends()).toEqual([...first, ...first])
})

test('nothing can be seen that is not in the log: what cannot be written there is not recorded', async () => {
  full = true
  const ended = { ...event('run-1', 8), kind: 'execution.status' as const, data: { status: 'succeeded' } }
  await expect(store.record({ ...batch('run-1', 8), events: [ended] })).rejects.toThrow('no space left')
  expect(recorded).toEqual([])
})
