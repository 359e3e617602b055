import { expect, it } from 'vitest'
import { unfinishedStep } from '../../workflows/messages.ts'
import { temporalLines } from './temporal-lines.ts'

it('tells the operator what went wrong, and not what is only asked again', () => {
  const told: string[] = []
  const at = (level: string) => (_: object, message: string) => void told.push(`${level} ${message}`)
  const lines = temporalLines({ error: at('error'), warn: at('warn'), debug: at('debug') })
  lines.error('Failed to process Workflow Activation', { error: new Error(unfinishedStep), workflowId: 'a' })
  lines.error('Failed to process Workflow Activation', { error: new Error('no such activity') })
  lines.warn('slow')
  lines.info('Worker state changed')
  expect(told).toEqual([
    'debug a question came too early, and is asked again',
    'error Failed to process Workflow Activation',
    'warn slow',
    'debug Worker state changed',
  ])
})
