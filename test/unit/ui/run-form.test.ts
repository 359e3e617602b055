import { describe, expect, test } from 'vitest'
import { draftOf, type Parameter, problemWith, valuesOf } from '../../../ui/features/pipelines/run-form.ts'

const parameters: Record<string, Parameter> = {
  version: { type: 'string' },
  count: { type: 'number', default: 3 },
  force: { type: 'boolean', default: false },
  size: { type: 'number', enum: [1, 2] },
}

describe('the form of a run', () => {
  test('begins with the defaults', () => {
    expect(draftOf(parameters)).toEqual({ version: '', count: '3', force: 'false', size: '' })
  })

  test('sends typed values, and leaves defaults to the definition', () => {
    const drafts = { version: '1.2', count: '3', force: 'true', size: '2' }
    expect(valuesOf(parameters, drafts)).toEqual({ version: '1.2', force: true, size: 2 })
    expect(valuesOf(parameters, { ...drafts, count: '0.5' }).count).toBe(0.5)
  })

  test('says what is missing or is no number, and leaves patterns to the server', () => {
    expect(problemWith(parameters.version!, '')).toBe('A value is needed.')
    expect(problemWith(parameters.count!, '')).toBeNull()
    expect(problemWith(parameters.count!, 'three')).toBe('This is not a number.')
    expect(problemWith({ type: 'string', pattern: '^\\d+$' }, 'x')).toBeNull()
  })
})
