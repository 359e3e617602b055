import { expect, test } from 'vitest'
import { didYouMean } from './suggest.ts'

const known = ['canary', 'deploy', 'judgment', 'for', 'id']

test.each([
  ['canray', 'canary'],
  ['Canary', 'canary'],
  ['deply', 'deploy'],
  ['deployy', 'deploy'],
  ['judgement', 'judgment'],
  ['fro', 'for'],
])('%s is close to %s', (word, meant) => {
  expect(didYouMean(word, known)).toBe(` (did you mean "${meant}"?)`)
})

test.each(['helm', 'x', '', 'constructor', 'c'.repeat(10_000)])('%s is close to nothing', word => {
  expect(didYouMean(word, known)).toBe('')
})
