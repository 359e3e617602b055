import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpressionError } from './errors.ts'
import type { QueryContext } from './query.ts'
import { resolveQuery } from './query.ts'

const context: QueryContext = {
  selector: { service: 'checkout', cluster: 'canary', version: '1.2.3' },
  window: 10_000,
  service: 'checkout',
  target: 'eu',
}

/** Half surrogates and control characters too. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map(units => String.fromCharCode(...units))

describe('a metric query', () => {
  test('gets its selector, window, service and target', () => {
    const query = 'sum(increase(failed{job="${{ service }}@${{ target }}",${{ selector }}}[${{ window }}]))'
    expect(resolveQuery(query, context)).toBe(
      'sum(increase(failed{job="checkout@eu",service="checkout",cluster="canary",version="1.2.3"}[10s]))',
    )
  })

  test('writes windows in milliseconds when they are no whole seconds', () => {
    expect(resolveQuery('x[${{ window }}]', { ...context, window: 1_500 })).toBe('x[1500ms]')
  })

  test.each([
    ['"} or vector(0) #', '"\\x22} or vector(0) #"'],
    ['\\', '"\\x5c"'],
    ["a'b`c", '"a\\x27b\\x60c"'],
    ['a\nb\u2028', '"a\\u000ab\\u2028"'],
    ['${{ window }}', '"${{ window }}"'],
  ])('is not changed in meaning by the version %j', (version, written) => {
    expect(resolveQuery('x{${{ selector }}}', { ...context, selector: { version } })).toBe(`x{version=${written}}`)
  })

  test.each([
    ['parameters.version', /nothing is called "parameters"/],
    ['selector + "x"', /not possible/],
    ['selector.text', /.*/],
    ['window.text', /.*/],
    ['string(selector)', /.*/],
    ['[service]', /only the selector, the window, text and numbers/],
    ['true', /only the selector/],
    ['1.0 / 0.0', /only the selector/],
    ['stages.a.b', /nothing is called/],
  ])('refuses %s', (expression, reason) => {
    expect(() => resolveQuery(`x{\${{ ${expression} }}}`, context)).toThrow(ExpressionError)
    expect(() => resolveQuery(`x{\${{ ${expression} }}}`, context)).toThrow(reason)
  })

  test('refuses labels that are not on the list, and windows that are none', () => {
    const selector = { 'a="x"} or vector(0) #': 'y' } as never
    expect(() => resolveQuery('x{${{ selector }}}', { ...context, selector })).toThrow(/not a label/)
    for (const window of [0, -1, Number.NaN, 0.5, Number.POSITIVE_INFINITY]) {
      expect(() => resolveQuery('x[${{ window }}]', { ...context, window })).toThrow(ExpressionError)
    }
  })

  test('keeps any version between its quotes', () => {
    fc.assert(
      fc.property(anyText, version => {
        const query = resolveQuery('x{${{ selector }}}', { ...context, selector: { version } })
        expect(query).toMatch(/^x\{version="[^"'`\n\r]*"\}$/)
        // Every backslash that is left starts one of our own escapes.
        expect(query.replace(/\\x[0-9a-f]{2}|\\u[0-9a-f]{4}/g, '')).not.toContain('\\')
      }),
    )
  })
})
