import { expect, test } from 'vitest'
import { type EventKind, type ExecutionEvent, eventKinds } from '../../../pipeline/execution.ts'
import { sentencesOf, toneOf } from '../../../ui/features/execution/timeline-words.ts'

function event(kind: EventKind, data: ExecutionEvent['data']): ExecutionEvent {
  return { execution: 'a-1', sequence: 1, at: '2026-01-01T00:00:00.000Z', kind, data }
}

function words(...events: ExecutionEvent[]): string[] {
  return sentencesOf(events).map(sentence => sentence.replaceAll('\u00a0', ' '))
}

test('every kind of event says something, even when it carries nothing', () => {
  for (const kind of eventKinds) {
    expect(words(event(kind, {}))[0]).toBeTypeOf('string')
    expect(toneOf(event(kind, {}))).toBeTypeOf('string')
  }
})

test('a change of traffic names service, target and who gets how much', () => {
  const weights = { stable: 50, canary: 25, baseline: 25, preview: 0 }
  expect(words(event('weights.changed', { target: 'eu', service: 'cart', weights }))).toEqual([
    'traffic of cart on eu: stable 50 %, baseline 25 %, canary 25 %',
  ])
})

test('a reason is told once, where it comes up first', () => {
  const said = words(
    event('canary.verdict', { verdict: 'fail', reason: 'errors: worse' }),
    event('stage.status', { status: 'rolling-back', reason: 'fail: errors: worse' }),
    event('execution.status', { status: 'rolled-back', reason: 'canary: fail: errors: worse; it was rolled back' }),
    event('execution.status', { status: 'failed', reason: 'something else' }),
  )
  expect(said).toEqual([
    'verdict fail: errors: worse',
    'rolling back',
    'execution rolled back',
    'execution failed: something else',
  ])
})

test('bad news looks bad', () => {
  expect(toneOf(event('undo.failed', {}))).toBe('bad')
  expect(toneOf(event('stage.status', { status: 'failed' }))).toBe('bad')
  expect(toneOf(event('canary.verdict', { verdict: 'errored' }))).toBe('warn')
  expect(toneOf(event('stage.status', { status: 'a status of a later version' }))).toBe('quiet')
})
