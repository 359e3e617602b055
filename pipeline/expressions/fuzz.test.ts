import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzExpressions } from './testing.ts'

test('ten thousand fuzzed expressions give a value or a typed error, and none of them dawdles', {
  timeout: 120_000,
}, () => {
  const { count, untyped, slow, polluted } = fuzzExpressions({ seed: 20_260_801, count: 10_000 })
  expect({ count, untyped, polluted }).toEqual({ count: 10_000, untyped: [], polluted: false })
  // A busy machine stops the process now and then; a slow expression is slow every time.
  expect(slow).toEqual([])
})

test('the generator makes expressions that can be evaluated, not only noise', () => {
  const { values } = fuzzExpressions({ seed: fc.sample(fc.integer(), 1)[0]!, count: 500 })
  expect(values).toBeGreaterThan(50)
})
