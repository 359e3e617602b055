import { describe, expect, test } from 'vitest'
import type { Execution, StageState } from '../../../pipeline/execution.ts'
import { type ExecutionStatus, executionStatuses, isFinal, type StageStatus } from '../../../pipeline/statuses.ts'
import { consequences, offered, refusal, stageMeant } from '../../../ui/features/steering/steering.ts'

function stage(id: string, type: string, status: StageStatus, canary?: number): StageState {
  const progress =
    canary === undefined
      ? null
      : {
          phase: 'analysing',
          service: 'cart',
          target: 'eu',
          release: '1.4.2',
          weights: { stable: 100 - canary, canary },
        }
  return { id, type, status, attempt: 1, startedAt: null, endedAt: null, reason: null, outputs: {}, progress }
}

function run(status: ExecutionStatus, ...stages: StageState[]): Execution {
  return {
    ...{ id: 'x-1', pipeline: 'x', application: 'a', revision: 'r', definitionHash: 'h', attempt: 1, position: 0 },
    ...{ retryOf: null, rollbackOf: null, trigger: { type: 'api', by: 'ada' }, parameters: {}, reason: null },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', endedAt: null },
    status,
    stages,
  }
}

test('of several canaries the one looked at is promoted, else the first that is open', () => {
  const execution = run(
    'held',
    stage('a', 'canary', 'succeeded'),
    stage('b', 'canary', 'held'),
    stage('c', 'canary', 'held', 5),
  )
  expect([null, 'c', 'a'].map(asked => stageMeant('promote', execution, asked))).toEqual(['b', 'c', 'b'])
  expect(stageMeant('rollback', execution, 'c')).toBeNull()
  expect(consequences('promote', execution, 'c')[0]).toContain('of cart on eu')
})

describe('what may be done', () => {
  test.each(Object.keys(executionStatuses) as ExecutionStatus[])('cancel of a %s run', status => {
    const against = refusal('cancel', run(status))
    expect(against === null).toBe(!isFinal(status) && status !== 'rolling-back')
  })

  test('a canary that runs or is held can be promoted, nothing else can', () => {
    expect(refusal('promote', run('running', stage('c', 'canary', 'running')))).toBeNull()
    expect(refusal('promote', run('held', stage('c', 'canary', 'held')))).toBeNull()
    expect(refusal('promote', run('running', stage('d', 'deploy', 'running')))).toBe('No canary is running or held.')
    expect(refusal('promote', run('succeeded', stage('c', 'canary', 'succeeded')))).toBe('This execution has ended.')
  })

  test('an ended run can be rolled back when something of it is still there', () => {
    expect(refusal('rollback', run('succeeded', stage('d', 'deploy', 'succeeded')))).toBeNull()
    expect(refusal('rollback', run('canceled', stage('d', 'deploy', 'canceled')))).not.toBeNull()
    expect(refusal('rollback', run('succeeded', stage('w', 'wait', 'succeeded')))).not.toBeNull()
  })
})

describe('what is offered', () => {
  test('is a pause while it runs, and to go on while it is paused', () => {
    expect(offered(run('running'))).toContain('pause')
    expect(offered(run('paused'))).toContain('resume')
    expect(offered(run('paused'))).not.toContain('pause')
    expect(refusal('pause', run('rolling-back'))).not.toBeNull()
  })

  test('is a retry once it has ended badly', () => {
    expect(offered(run('running'))).not.toContain('retry')
    expect(refusal('retry', run('failed'))).toBeNull()
    expect(refusal('retry', run('succeeded'))).toBe('This execution has succeeded.')
    const failed = run('failed', stage('one', 'deploy', 'succeeded'), stage('two', 'deploy', 'failed'))
    expect(consequences('retry', failed)).toEqual([
      'A new execution, linked to this one, runs two again.',
      'What one gave is used as it is.',
    ])
  })

  test('is to skip only where a stage waits for a time', () => {
    expect(offered(run('running', stage('nap', 'wait', 'running')))).toContain('skip')
    expect(offered(run('running', stage('roll', 'deploy', 'running')))).not.toContain('skip')
  })
})

describe('what is said before it is done', () => {
  test('a rollback names where traffic goes and what is taken back, newest first', () => {
    const execution = run(
      'running',
      stage('one', 'deploy', 'succeeded'),
      stage('two', 'deploy', 'succeeded'),
      stage('c', 'canary', 'running', 25),
    )
    const text = consequences('rollback', execution).join('\n').replaceAll('\u00a0', ' ')
    expect(text).toContain('live traffic of cart on eu goes back to stable (canary 25 % → 0 %)')
    expect(text).toContain('What two and one changed is taken back too')
    expect(text).toContain('ends as rolled back')
  })

  test('a rollback of an ended run says that it is a new, linked one', () => {
    const [first] = consequences('rollback', run('succeeded', stage('d', 'deploy', 'succeeded')))
    expect(first).toContain('new execution, linked')
  })

  test('a cancel names what stays', () => {
    const execution = run('running', stage('one', 'deploy', 'succeeded'), stage('c', 'canary', 'running', 5))
    expect(consequences('cancel', execution)).toContain('What one changed stays as it is.')
  })

  test('a promotion says that the judge has not passed it, and what comes next', () => {
    const execution = run('running', stage('c', 'canary', 'running', 5), stage('us', 'deploy', 'pending'))
    const text = consequences('promote', execution).join('\n').replaceAll('\u00a0', ' ')
    expect(text).toContain('1.4.2 takes all live traffic of cart on eu (5 % now)')
    expect(text).toContain('The judge has not passed it so far')
    expect(text).toContain('goes on with us')
  })
})
