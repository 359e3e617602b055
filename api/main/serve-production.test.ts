import { expect, test } from 'vitest'
import { loadConfiguration } from '../../pipeline/configuration.ts'
import { refuseEmbeddedProduction } from './serve.ts'

/** security.md row 16. Fails when `serve` no longer asks. */

const targets = 'targets: { eu: { type: process, environment: live, services: {} } }\n'

function configured(text: string) {
  return loadConfiguration(targets + text, 'slipway.yaml').configuration!
}

test('an environment marked as production does not run on a Temporal that every local program can talk to', () => {
  const marked = configured('environments: { live: { production: true } }')
  expect(() => refuseEmbeddedProduction(marked, {})).toThrow(/live is marked as production.*TEMPORAL_ADDRESS/)
  expect(() => refuseEmbeddedProduction(marked, { TEMPORAL_ADDRESS: 'temporal.example:7233' })).not.toThrow()
  expect(() => refuseEmbeddedProduction(configured(''), {})).not.toThrow()
  expect(() => refuseEmbeddedProduction(configured('environments: { live: {} }'), {})).not.toThrow()
})

test('an environment that no target has is a mistake', () => {
  const { problems } = loadConfiguration(`${targets}environments: { lve: { production: true } }`, 'slipway.yaml')
  expect(problems[0]?.message).toBe('there is no environment "lve" (did you mean "live"?); no target has it')
})
