import { describe, expect, test } from 'vitest'
import { checkParameters } from './parameters.ts'
import type { Parameter } from './schema/pipeline.ts'

const parameters: Record<string, Parameter> = {
  version: { type: 'string', pattern: '^\\d+\\.\\d+$' },
  tier: { type: 'string', enum: ['free', 'paid'], default: 'free' },
  count: { type: 'number', default: 2 },
  dry: { type: 'boolean', default: false },
}

function told(given: Record<string, unknown>, declared = parameters): string[] {
  return checkParameters({ parameters: declared }, given).findings.map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )
}

describe('parameters of a run', () => {
  test('are filled up with defaults', () => {
    expect(checkParameters({ parameters }, { version: '1.2', count: 0, dry: true })).toEqual({
      values: { version: '1.2', tier: 'free', count: 0, dry: true },
      findings: [],
    })
  })

  test('may be none', () => {
    expect(checkParameters({}, {})).toEqual({ values: {}, findings: [] })
    expect(told({ a: 1 }, {})).toEqual(['a: there is no parameter "a"; the pipeline takes none'])
  })

  test('are refused with everything that is wrong with them', () => {
    expect(told({ version: 1.2, tier: 'gold', count: '3', dyr: true })).toEqual([
      'dyr: there is no parameter "dyr" (did you mean "dry"?); the pipeline takes version, tier, count, dry',
      'version: parameter "version" must be a string, not 1.2',
      'tier: parameter "tier" must be one of "free", "paid", not "gold"',
      'count: parameter "count" must be a number, not "3"',
    ])
    expect(told({})).toEqual(['version: parameter "version" is required'])
    expect(told({ version: '1.2.3' })).toEqual([
      'version: parameter "version" must match ^\\d+\\.\\d+$, but is "1.2.3"',
    ])
  })

  test.each([
    ['version', null, 'null'],
    ['version', [], 'a list'],
    ['version', {}, 'a map'],
    ['count', '1', '"1"'],
  ])('%s cannot be %j', (name, value, shown) => {
    expect(told({ version: '1.0', [name]: value })).toEqual([expect.stringMatching(`must be a .*, not ${shown}$`)])
  })

  test('that are no number, or longer than a text may be, are refused', () => {
    expect(told({ version: '1.0', count: Number.NaN })).toEqual(['count: parameter "count" must be a finite number'])
    expect(told({ version: '1'.repeat(5_000) })).toEqual([
      'version: parameter "version" is longer than 4096 characters',
    ])
  })

  test('named like parts of JavaScript objects are nothing special', () => {
    const given = JSON.parse('{ "version": "1.0", "__proto__": { "polluted": 1 }, "constructor": "x" }')
    expect(told(given)).toEqual([
      expect.stringMatching(/^__proto__: there is no parameter/),
      expect.stringMatching(/^constructor: there is no parameter/),
    ])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(told({}, { constructor: { type: 'string' } } as never)).toEqual([
      'constructor: parameter "constructor" is required',
    ])
  })

  test('never take long, whatever the pattern', () => {
    const evil = ['(a+)+$', 'a*a*a*a*a*a*b', '(a|a)*$', '(.*a){20}x', '(a?){200}a{200}']
    const start = performance.now()
    for (const pattern of evil) told({ text: `${'a'.repeat(4_000)}!` }, { text: { type: 'string', pattern } })
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
