import { expect, test } from 'vitest'
import { loadConfiguration } from '../../configuration.ts'
import { formatProblem } from '../../problem.ts'

function faults(encryption: string): string[] {
  const { problems } = loadConfiguration(`pipelines: [{ directory: . }]\nencryption: ${encryption}\n`, 'slipway.yaml')
  return problems.map(formatProblem)
}

const key = (id: string) => `{ id: ${id}, key: { env: KEY } }`

test.each([
  `{ keys: [${key('a')}] }`,
  `{ store: { keys: [${key('b')}, ${key('a')}] } }`,
  `{ keys: [${key('a')}], store: { keys: [${key('a')}] } }`,
])('%s is taken: Temporal and the store have keys of their own', encryption => {
  expect(faults(encryption)).toEqual([])
})

test.each([
  ['{}', 'there are no keys'],
  ['{ viewers: [] }', 'there are no keys'],
  ['{ store: {} }', 'keys'],
  ['{ store: { keys: [] } }', 'keys'],
  [`{ store: { keys: [${key('a')}, ${key('a')}] } }`, 'every key has an id of its own'],
  ['{ store: { keys: [{ id: a, key: c2VjcmV0 }] } }', 'key'],
  [`{ store: { keys: [${key('"a:b"')}] } }`, 'id'],
])('%s is refused at its place', (encryption, words) => {
  const [first = '', ...others] = faults(encryption)
  expect([first, others]).toEqual([expect.stringMatching(/^slipway\.yaml:2:\d+/), []])
  expect(first).toContain(words)
})
