import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DialectName, dialects } from './dialects.ts'
import { ExpressionError } from './errors.ts'
import type { QueryContext } from './query.ts'
import { resolveQuery } from './query.ts'

const context: QueryContext = {
  selector: { service: 'checkout', cluster: 'canary', version: '1.2.3' },
  from: 1_000_000,
  to: 1_010_000,
}
const lasting = (window: number): QueryContext => ({ ...context, to: context.from + window })

/** Half surrogates and control characters too. */
/** Half of it where the punctuation is. */
const unit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }))
const anyText = fc.array(unit).map(units => String.fromCharCode(...units))

describe('a metric query', () => {
  test('gets its selector, times, service and target', () => {
    const query = 'sum(increase(failed{job="${{ service }}@${{ target }}",${{ selector }}}[${{ window }}] @ ${{ to }}))'
    expect(resolveQuery(query, { ...context, selector: { target: 'eu', ...context.selector } })).toBe(
      'sum(increase(failed{job="checkout@eu",target="eu",service="checkout",cluster="canary",version="1.2.3"}[10s] @ 1010))',
    )
  })

  test('writes windows in milliseconds when they are no whole seconds', () => {
    expect(resolveQuery('x[${{ window }}]', lasting(1_500))).toBe('x[1500ms]')
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
    ['[service]', /only the selector, times, text and numbers/],
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
      expect(() => resolveQuery('x[${{ window }}]', lasting(window))).toThrow(ExpressionError)
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

describe('every dialect', () => {
  const labels = { service: 'app', cluster: 'role', version: false } as const
  const everything = '${{ selector }} | ${{ version }} | ${{ window }} | ${{ from }} | ${{ to }}'

  test.each<[DialectName, string]>([
    ['promql', 'app="checkout",role="canary" | 1.2.3 | 10s | 1000 | 1010'],
    ['graphite', "'app=checkout', 'role=canary' | 1_2_3 | 10s | 1000 | 1010"],
    ['influxql', `"app" = 'checkout' AND "role" = 'canary' | 1.2.3 | 10s | 1000000ms | 1010000ms`],
    ['datadog', 'app:checkout,role:canary | 1.2.3 | 10 | 1000 | 1010'],
    ['nrql', "`app` = 'checkout' AND `role` = 'canary' | 1.2.3 | 10 seconds | 1000000 | 1010000"],
    ['cloudwatch', `"app" = 'checkout' AND "role" = 'canary' | 1.2.3 | 10 | 1000 | 1010`],
    ['atlas', 'app,checkout,:eq,role,canary,:eq,:and | 1.2.3 | PT10S | 1000000 | 1010000'],
    ['url', 'app=checkout&role=canary | 1.2.3 | 10 | 1000000 | 1010000'],
  ])('writes labels under the names of the system, text and times: %s', (dialect, written) => {
    expect(resolveQuery(everything, context, { dialect, labels })).toBe(written)
  })

  // PromQL has quotes around every value, and a test of its own above.
  const unquoted = (Object.keys(dialects) as DialectName[]).filter(dialect => dialect !== 'promql')

  test.each(unquoted)('keeps any version one value: %s', dialect => {
    // What encoding for addresses leaves, `'()`, means nothing in one.
    const breaks = dialect === 'url' ? /["`{};,&?#|<>= \n\r]/ : /['"`(){};,&?#|<>= \n\r]/
    const other = (version: string) =>
      resolveQuery(
        'a ${{ selector }} between ${{ version }} c',
        { ...context, selector: { version } },
        { dialect, labels: {} },
      )
    fc.assert(fc.property(anyText, version => version === '' || !breaks.test(removed(other(version), dialect))))
  })

  test('takes no version for a command of Atlas', () => {
    const query = resolveQuery(
      '${{ version }}',
      { ...context, selector: { version: ':or' } },
      { dialect: 'atlas', labels: {} },
    )
    expect(query).toBe('_or')
  })

  /** The query without what its dialect itself writes. */
  function removed(query: string, dialect: DialectName): string {
    const [before, after] = resolveQuery(
      'a ${{ selector }} between ',
      { ...context, selector: { version: 'X' } },
      { dialect, labels: {} },
    ).split('X')
    expect(query.startsWith(before!)).toBe(true)
    const end = query.lastIndexOf(after!)
    const [value, text] = [query.slice(before!.length, end), query.slice(end + after!.length, -2)]
    return dialect === 'atlas' ? `${value}${text}` : `${value}${text.trim()}`
  }
})
